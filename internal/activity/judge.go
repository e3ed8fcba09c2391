package activity

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// voters counts who has a vote, of those expected and of those who came. Where
// nobody is expected, everybody who is on the list is.
func (r Record) voters(k Kind, ro roster) (expected, present int) {
	came := make(map[uuid.UUID]bool, len(r.Attendance))
	for _, a := range r.Attendance {
		came[a.Person] = a.Status == Present
		if k.open() && a.Status != Guest {
			expected++
			if a.Status == Present {
				present++
			}
		}
	}
	for _, p := range ro.expected {
		if !k.votes(p) && k.quorate() {
			continue
		}
		expected++
		if came[p.Person] {
			present++
		}
	}
	return expected, present
}

// judgement is what confirming finds out about a record.
type judgement struct {
	votersExpected, votersPresent *int
	quorumMet                     *bool // nil: the kind knows no quorum
	counts                        []bool
	late                          bool
}

// judge applies rule 5: the quorum of the kind, and for each resolution whether
// more than half of those expected were for it. Below the quorum none counts. A
// decision without votes, where no quorum is asked, counts as taken.
func (r Record) judge(k Kind, ro roster, set org.UnitSettings) judgement {
	var j judgement
	expected, present := r.voters(k, ro)
	met := true
	if k.quorate() {
		percent := set.MeetingQuorumPercent
		if k.Expected == org.CircleCommittee {
			percent = set.CommitteeQuorumPercent
		}
		if r.Election {
			percent = set.ElectionQuorumPercent
		}
		met = expected > 0 && org.Reaches(present, expected, percent)
		j.votersExpected, j.votersPresent, j.quorumMet = &expected, &present, &met
	}
	for _, d := range r.Resolutions {
		passed := d.For == nil && !k.quorate() || d.For != nil && 2**d.For > expected
		j.counts = append(j.counts, met && passed)
	}
	return j
}

// late says whether a record is filed after its days of grace: working days from
// the day the activity ended (rule 6).
func late(w calendar.Workdays, ended, filed time.Time, days int) bool {
	return calendar.DateOf(filed).After(w.AddWorkdays(calendar.DateOf(ended), days))
}
