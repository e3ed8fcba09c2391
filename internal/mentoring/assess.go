package mentoring

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The stages of a year's assessment (rule 25).
const (
	Mid   = "mid"   // from June on
	Final = "final" // from December on
)

// The grades of an assessment.
const (
	GradeExcellent = "excellent"
	GradeGood      = "good"
	GradeFair      = "fair"
	GradePoor      = "poor"
)

func stageName(stage string) string {
	if stage == Mid {
		return "年中评价"
	}
	return "年终评价"
}

// Assessment is what one of the three says of a stage: a mentor with a grade, at the
// year's end with a score too; the mentee in words.
type Assessment struct {
	ID        uuid.UUID `json:"id"`
	Year      int       `json:"year"`
	Stage     string    `json:"stage" enum:"mid,final"`
	Role      string    `json:"role" enum:"mentee,political,professional"`
	ByPerson  uuid.UUID `json:"by_person"`
	ByName    string    `json:"by_name"`
	Grade     string    `json:"grade,omitempty" enum:"excellent,good,fair,poor"`
	Score     *int      `json:"score,omitempty" doc:"Hundredths of a point, of 100"`
	Remark    string    `json:"remark"`
	WrittenAt time.Time `json:"written_at"`
	Version   int       `json:"version"`
	Mine      bool      `json:"mine"`
}

// Stage is one stage of a year with what the three said, and what the actor may say.
type Stage struct {
	Year        int           `json:"year"`
	Stage       string        `json:"stage" enum:"mid,final"`
	OpensOn     calendar.Date `json:"opens_on"`
	ClosesOn    calendar.Date `json:"closes_on" doc:"The last day to write or to change it"`
	Assessments []Assessment  `json:"assessments"`
	Role        string        `json:"role,omitempty" enum:"mentee,political,professional" doc:"Yours, that you may write now"`
}

// AssessmentsOut are the stages of a pairing, the latest first.
type AssessmentsOut struct {
	Stages []Stage `json:"stages"`
}

// AssessmentInput is what one of the three writes.
type AssessmentInput struct {
	Grade   string `json:"grade,omitempty" enum:"excellent,good,fair,poor" doc:"Of a mentor"`
	Score   *int   `json:"score,omitempty" minimum:"0" maximum:"10000" doc:"Of a mentor at the year's end, in hundredths of a point"`
	Remark  string `json:"remark" minLength:"1" maxLength:"1000"`
	Version int    `json:"version" doc:"Of one's own as it was read; 0 for the first"`
}

func (in *AssessmentInput) check(stage, role string) (err error) {
	if in.Remark, err = said("remark", in.Remark, "评价意见", 1000); err != nil {
		return err
	}
	mentor, scored := role != MenteeRole, role != MenteeRole && stage == Final
	switch {
	case mentor && !slices.Contains([]string{GradeExcellent, GradeGood, GradeFair, GradePoor}, in.Grade):
		return fault.Field("grade", "请选择等次")
	case !mentor && in.Grade != "":
		return fault.Field("grade", "学员不评等次，请只写小结")
	case scored && (in.Score == nil || *in.Score < 0 || *in.Score > 10000):
		return fault.Field("score", "请填写 0 到 100 的年终分")
	case !scored && in.Score != nil:
		return fault.Field("score", "年终分由导师在年终评价时填写")
	}
	return nil
}

// window is when a stage is written, and of which days' mentors: the middle of the year
// is for whoever mentors in its second half's months up to November, the end for the
// mentors of the pairing's last day in the year. A pairing that ends before December is
// assessed from its last day on. Both stay open until the end of March.
func (t three) window(year int, stage string) (opens, closes, from, to calendar.Date) {
	end := calendar.NewDate(year, time.December, 31)
	if t.To.Before(end) {
		end = t.To
	}
	closes = calendar.NewDate(year+1, time.March, 31)
	if stage == Mid {
		opens = calendar.NewDate(year, time.June, 1)
		return opens, closes, opens, calendar.NewDate(year, time.November, 30)
	}
	opens = calendar.NewDate(year, time.December, 1)
	if end.Before(opens) {
		opens = end
	}
	return opens, closes, end, end
}

// assesses gives the role in which the person writes a stage; empty where they do not.
func (t three) assesses(person uuid.UUID, year int, stage string) string {
	_, _, from, to := t.window(year, stage)
	if t.From.After(to) || t.To.Before(from) || person == uuid.Nil {
		return ""
	}
	if person == t.Mentee {
		return MenteeRole
	}
	for _, s := range t.Stints {
		if s.MentorID == person && s.overlaps(from, to) {
			return s.Role
		}
	}
	return ""
}

// mayAssess refuses to write a stage: too early, too late, not theirs.
func (t three) mayAssess(person uuid.UUID, year int, stage string, today calendar.Date) (role string, err error) {
	if err := t.ofYear(year); err != nil {
		return "", err
	}
	opens, closes, _, _ := t.window(year, stage)
	if role = t.assesses(person, year, stage); role == "" {
		return "", fault.New(fault.Forbidden, fmt.Sprintf("%s由当时的学员和导师填写", stageName(stage)))
	}
	switch {
	case today.Before(opens):
		return "", fault.Newf(fault.RuleBroken, "%d 年%s从%s起填写", year, stageName(stage), opens.Chinese())
	case today.After(closes):
		return "", fault.Newf(fault.RuleBroken, "%d 年%s已于%s截止，不能再填写或修改", year, stageName(stage), closes.Chinese())
	}
	return role, nil
}

// stages lays out every stage of the pairing that has opened or has been written, the
// latest first.
func (t three) stages(written []Assessment, person uuid.UUID, today calendar.Date) []Stage {
	out := []Stage{}
	for year := min(t.To.Year, today.Year); year >= t.From.Year; year-- {
		for _, stage := range []string{Final, Mid} {
			opens, closes, from, to := t.window(year, stage)
			s := Stage{Year: year, Stage: stage, OpensOn: opens, ClosesOn: closes, Assessments: []Assessment{}}
			for _, a := range written {
				if a.Year == year && a.Stage == stage {
					a.Mine = a.ByPerson == person
					s.Assessments = append(s.Assessments, a)
				}
			}
			if t.From.After(to) || t.To.Before(from) {
				continue // the pairing has no day of it
			}
			if role, err := t.mayAssess(person, year, stage, today); err == nil && !s.others(role, person) {
				s.Role = role
			}
			out = append(out, s)
		}
	}
	return out
}

// others says whether another person wrote it in the role: who was replaced since.
func (s Stage) others(role string, person uuid.UUID) bool {
	return slices.ContainsFunc(s.Assessments, func(a Assessment) bool { return a.Role == role && a.ByPerson != person })
}
