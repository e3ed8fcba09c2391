package taskforce

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// dossier is all that the bundle tells of a taskforce.
type dossier struct {
	stage      stage
	served     []Served
	outsiders  []outsiderLine
	tasks      []taskLine
	outcomes   []Outcome
	sums       []OutcomeSum
	moments    []Moment
	activities []activityLine
	attendance []attendanceLine
	evidence   []evidence
}

type outsiderLine struct {
	Name, Partner, Title string
	From, To             calendar.Date
}

type taskLine struct {
	Title, Detail, Owner string
	Due                  calendar.Date
	State, Note          string
	Done                 calendar.Date
}

type activityLine struct {
	Day                                                      calendar.Date
	Starts, Ends                                             time.Time
	Kind, Title, Place, Host, Recorder, Served, Agenda, Text string
	Expected, Present, Outsiders                             int
}

// attendanceLine is somebody at an activity; Partner is the unit of an outsider.
type attendanceLine struct {
	Day                     calendar.Date
	Activity, Name          string
	Branch, Group, Partner  string
	Status, Absence, Reason string
	Minutes                 int
}

// maxMoments bounds the time line of one taskforce in its workbook.
const maxMoments = 10000

// gather reads the dossier within one transaction.
func (s *Service) gather(ctx context.Context, tx bun.Tx, by access.Actor, st stage) (d dossier, err error) {
	d.stage = st
	if d.served, err = s.served(ctx, tx, by.Unit, st); err != nil {
		return d, err
	}
	for i := range d.served { // that the home branch received it comes after, or before, as it may
		if a := d.served[i].Appraisal; a != nil {
			a.ReceivedBy, a.ReceivedAt = "", nil
		}
	}
	whole := access.System(by.Unit)
	if d.outcomes, err = outcomes(ctx, tx, whole, outcomeQuery{taskforce: st.ID, voided: true, limit: maxOutcomes}); err != nil {
		return d, err
	}
	if d.sums, err = outcomeSums(ctx, tx, whole, outcomeQuery{taskforce: st.ID}); err != nil {
		return d, err
	}
	if d.moments, err = moments(ctx, tx, by.Unit, st.ID, s.today(), mark{}, maxMoments); err != nil {
		return d, err
	}
	if d.outsiders, err = outsiderLines(ctx, tx, by.Unit, st.ID); err != nil {
		return d, err
	}
	if d.tasks, err = taskLines(ctx, tx, by.Unit, st.ID); err != nil {
		return d, err
	}
	if d.activities, err = activityLines(ctx, tx, by.Unit, st.ID); err != nil {
		return d, err
	}
	if d.attendance, err = attendanceLines(ctx, tx, by.Unit, st.ID); err != nil {
		return d, err
	}
	d.evidence, err = allEvidence(ctx, tx, by.Unit, st.ID)
	return d, err
}

// print tells whether two dossiers say the same.
func (d dossier) print() [32]byte {
	b, err := json.Marshal([]any{d.stage, d.served, d.outsiders, d.tasks, d.outcomes, d.sums, d.moments, d.activities, d.attendance, d.evidence})
	if err != nil {
		panic(err) // texts, numbers, dates and ids
	}
	return sha256.Sum256(b)
}
