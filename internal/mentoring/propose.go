package mentoring

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// What a proposal weighs. A wish comes before all else, then the line of a professional
// mentor, another department of a political one, the load, the experience.
const (
	costUnwished  = 1 << 32 // of everything but a lock: as many locks as can be
	costOtherLine = 60
	costSameHouse = 30
	costLoad      = 12
	experienced   = 20 // years from which more make no difference
)

// Field is what a proposal is drawn from. What it gives does not depend on the order of
// its lists.
type Field struct {
	Mentees []Young
	Mentors []Mentor
	Wishes  []Wish
	Apart   uuid.UUID // who draws: nobody decides their own pairing
}

// ProposedMentor is one mentor of a proposed pair.
type ProposedMentor struct {
	MentorID       uuid.UUID `json:"mentor_id"`
	MentorName     string    `json:"mentor_name"`
	DepartmentName string    `json:"department_name"`
	Reasons        []string  `json:"reasons" doc:"Why this one, to be kept with the pairing"`
	Locked         bool      `json:"locked" doc:"Wished for beforehand"`
}

// ProposedPair is a mentee with the mentors found.
type ProposedPair struct {
	MenteeID       uuid.UUID       `json:"mentee_id"`
	MenteeName     string          `json:"mentee_name"`
	DepartmentName string          `json:"department_name"`
	Line           string          `json:"line" doc:"Business line of the department"`
	Why            string          `json:"why" doc:"Why this is a young cadre"`
	Political      *ProposedMentor `json:"political,omitempty"`
	Professional   *ProposedMentor `json:"professional,omitempty"`
	Missing        []string        `json:"missing" doc:"What could not be filled, and why; empty where both are found"`
}

// Unable is somebody who was asked for and cannot be paired.
type Unable struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Why      string    `json:"why"`
}

// Exclusion is a mentee and a mentor who are not to be paired.
type Exclusion struct {
	MenteeID uuid.UUID `json:"mentee_id"`
	MentorID uuid.UUID `json:"mentor_id"`
}

// Proposal is what a person decides about. Mentors has all who might be taken instead.
type Proposal struct {
	Digest     string         `json:"digest" doc:"The same while nothing it rests on changes"`
	From       calendar.Date  `json:"from"`
	To         calendar.Date  `json:"to"`
	Limit      int            `json:"limit" doc:"Mentees that one mentor may have at a time"`
	Pairs      []ProposedPair `json:"pairs"`
	Unable     []Unable       `json:"unable"`
	Mentors    []Mentor       `json:"mentors" doc:"The pool, with the load of these years"`
	Exclusions []Exclusion    `json:"exclusions"`
}

// ProposalInput asks for pairs from a day on; without mentees, for all who have none.
type ProposalInput struct {
	From    calendar.Date `json:"from"`
	Years   int           `json:"years,omitempty" minimum:"0" maximum:"10" doc:"0: as the settings of the office say"`
	Mentees []uuid.UUID   `json:"mentee_ids,omitempty" maxItems:"500"`
}

// lastDay is the last day of so many years.
func lastDay(from calendar.Date, years int) calendar.Date {
	return calendar.DateOf(from.UTC().AddDate(years, 0, -1).Add(1)) // at 8:00 of that day here
}

func checkFrom(from calendar.Date) error {
	if !from.Valid() || from.Year < 2000 || from.Year > 2200 {
		return fault.Field("from", "请选择结对开始的日期")
	}
	return nil
}

// Propose finds mentors for all mentees of the field: as many roles filled as can be,
// of the ways to do that one that honours most wishes, and of those the cheapest.
func (f Field) Propose() []ProposedPair {
	byID := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	mentees, mentors := slices.Clone(f.Mentees), slices.Clone(f.Mentors)
	slices.SortFunc(mentees, func(a, b Young) int { return byID(a.PersonID, b.PersonID) })
	slices.SortFunc(mentors, func(a, b Mentor) int { return byID(a.PersonID, b.PersonID) })
	locks, excluded := f.wishes()
	cost := make([][]int64, 0, 2*len(mentees))
	for _, e := range mentees {
		for _, role := range []string{Political, Professional} {
			row := make([]int64, len(mentors))
			lock, locked := locks[lockOf{e.PersonID, role}]
			for i, m := range mentors {
				switch {
				case f.barred(e, m, role) || excluded[Exclusion{e.PersonID, m.PersonID}] || locked && lock != m.PersonID:
					row[i] = never
				case !locked:
					row[i] = costUnwished + m.costFor(e, role)
				}
			}
			cost = append(cost, row)
		}
	}
	room := make([]int, len(mentors))
	for i, m := range mentors {
		room[i] = max(m.Room, 0)
	}
	match := assign(cost, room, func(i, n int) int64 { return int64(mentors[i].Mentees+n) * costLoad })
	out := make([]ProposedPair, len(mentees))
	for i, e := range mentees {
		p := ProposedPair{MenteeID: e.PersonID, MenteeName: e.Name, DepartmentName: e.DepartmentName, Line: e.Line, Why: e.Why, Missing: []string{}}
		for k, role := range []string{Political, Professional} {
			s := 2*i + k
			lock, locked := locks[lockOf{e.PersonID, role}]
			if match[s] < 0 {
				p.Missing = append(p.Missing, f.missing(cost[s], role, lock))
				continue
			}
			m := mentors[match[s]]
			found := &ProposedMentor{MentorID: m.PersonID, MentorName: m.Name, DepartmentName: m.DepartmentName, Locked: locked, Reasons: m.reasons(e, role, locked)}
			if role == Political {
				p.Political = found
			} else {
				p.Professional = found
			}
		}
		out[i] = p
	}
	return out
}

type lockOf struct {
	mentee uuid.UUID
	role   string
}

func (f Field) wishes() (map[lockOf]uuid.UUID, map[Exclusion]bool) {
	locks, excluded := map[lockOf]uuid.UUID{}, map[Exclusion]bool{}
	for _, w := range f.Wishes {
		if w.Kind == Lock {
			locks[lockOf{w.MenteeID, w.Role}] = w.MentorID
		} else {
			excluded[Exclusion{w.MenteeID, w.MentorID}] = true
		}
	}
	return locks, excluded
}

func (f Field) barred(e Young, m Mentor, role string) bool {
	return m.PersonID == e.PersonID || m.PersonID == f.Apart || m.unfit(role) != ""
}

// costFor is what this mentor is worth less than the best one could be.
func (m Mentor) costFor(e Young, role string) int64 {
	years, c := m.WorkYears, 0
	if role == Political {
		years = m.PartyYears
		if m.DepartmentID == e.DepartmentID {
			c = costSameHouse
		}
	} else if m.Line != e.Line {
		c = costOtherLine
	}
	return int64(c + experienced - min(max(years, 0), experienced))
}

// reasons are what speaks for a mentor, in words for the list and the record.
func (m Mentor) reasons(e Young, role string, locked bool) []string {
	out := []string{}
	if locked {
		out = append(out, "双方已有意向")
	}
	if role == Political {
		if m.DepartmentID != e.DepartmentID {
			out = append(out, "不在同一部门，便于全面了解")
		}
		if m.PartyYears > 0 {
			out = append(out, fmt.Sprintf("党龄 %d 年", m.PartyYears))
		}
	} else {
		if m.Line == e.Line && e.Line != "" {
			out = append(out, "同一业务条线（"+e.Line+"）")
		}
		if m.WorkYears > 0 {
			out = append(out, fmt.Sprintf("工作 %d 年", m.WorkYears))
		}
	}
	if m.Mentees == 0 {
		out = append(out, "目前没有带教学员")
	} else {
		out = append(out, fmt.Sprintf("目前带教 %d 人，未到上限", m.Mentees))
	}
	if m.Strengths != "" {
		out = append(out, "特长："+m.Strengths)
	}
	return out
}

// missing says why a role stayed empty.
func (f Field) missing(cost []int64, role string, lock uuid.UUID) string {
	name := roleName(role)
	if lock != uuid.Nil {
		for _, m := range f.Mentors {
			if m.PersonID != lock {
				continue
			}
			if m.PersonID == f.Apart {
				return name + "：锁定的" + m.Name + "是您本人，请由他人办理"
			}
			if why := m.unfit(role); why != "" {
				return name + "：锁定的" + m.Name + why
			}
			return name + "：锁定的" + m.Name + "带教人数已达上限"
		}
		return name + "：锁定的人选不在导师库"
	}
	fit, free := 0, 0
	for _, c := range cost {
		if c != never {
			fit++
		}
	}
	for _, m := range f.Mentors {
		if m.unfit(role) == "" && m.Room > 0 {
			free++
		}
	}
	switch {
	case fit == 0:
		return name + "：导师库中没有合适的人选，请先列入导师"
	case free == 0:
		return name + "：导师都已带满，请增加导师"
	}
	return name + "：合适的导师都已分给其他学员，请增加导师或手工调整"
}

// digest is the same for the same proposal.
func (p Proposal) digest() (string, error) {
	p.Digest = ""
	b, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("digest of a proposal: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

// Sample is an invented office of so many mentees and mentors, in ten lines, for
// measuring.
func Sample(mentees, mentors int) Field {
	who := func(n int) (id uuid.UUID) {
		binary.BigEndian.PutUint32(id[12:], uint32(n+1)) //nolint:gosec // a few hundred
		return id
	}
	place := func(n int) (uuid.UUID, string) { return who(100_000 + n%30), fmt.Sprintf("条线%d", n%10) }
	var f Field
	for i := range mentees {
		e := Young{PersonID: who(i), Name: fmt.Sprintf("学员%d", i)}
		e.DepartmentID, e.Line = place(i * 7)
		f.Mentees = append(f.Mentees, e)
	}
	for i := range mentors {
		m := Mentor{PersonID: who(10_000 + i), Name: fmt.Sprintf("导师%d", i), Political: i%3 != 0, Professional: i%2 == 0 || i%3 == 0,
			Here: true, FullMember: true, Mentees: i % 2, Room: 2 - i%2, PartyYears: i % 31, WorkYears: i % 37}
		m.DepartmentID, m.Line = place(i * 3)
		f.Mentors = append(f.Mentors, m)
	}
	return f
}
