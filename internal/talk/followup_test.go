package talk

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

func (c *confidants) raise(key, owner, matter string) FollowUp {
	c.t.Helper()
	by, scope := c.as(key, "followup", "write")
	f, err := c.s.Raise(c.t.Context(), by, scope, c.talk, FollowUpInput{Matter: matter, OwnerID: c.Person(owner), DueOn: sealedDay.AddDays(3)})
	c.must(err)
	return f
}

func (c *confidants) followUps(key string, f FollowUpFilter) FollowUpPage {
	c.t.Helper()
	by, scope := c.as(key, "followup", "read")
	page, err := c.s.FollowUps(c.t.Context(), by, scope, f)
	c.must(err)
	return page
}

// A follow-up is seen by who sees to it, who raised it and the owner's superiors;
// which talk it came from, by the two alone (rule 24).
func TestFollowUpTravelsAlone(t *testing.T) {
	c := newConfidants(t)
	// The owner is of department 0, where head leads; deputy, of department 1, raised it.
	f := c.raise("deputy", "leader1", "修好三楼的热水器")
	if f.TalkID != nil || !f.Raised || f.Mine || f.State != FollowUpOpen || f.Version != 1 || f.DepartmentName != c.Departments[0].Name {
		t.Errorf("%+v", f)
	}
	for key, sees := range map[string]struct{ it, talk bool }{
		"deputy": {true, true}, "leader1": {true, false}, "head": {true, false}, "member1": {false, false},
		"chief": {false, false}, "office": {false, false}, "secretary1": {false, false}, "sysadmin": {false, false}, "auditor": {false, false},
	} {
		page := c.followUps(key, FollowUpFilter{})
		if (len(page.Items) == 1) != sees.it || page.Total != len(page.Items) {
			t.Errorf("%s sees %+v", key, page)
			continue
		}
		if sees.it && (page.Items[0].TalkID != nil) != sees.talk {
			t.Errorf("%s is told the talk: %v", key, page.Items[0].TalkID)
		}
		// Who raised it is told to who sees to it; a superior could look for the talk.
		if sees.it && (page.Items[0].RaisedByName != "") != (key != "head") {
			t.Errorf("%s is told who raised it: %q", key, page.Items[0].RaisedByName)
		}
	}
	// The moment stands nowhere that it can be read from, the id included.
	head := c.followUps("head", FollowUpFilter{}).Items[0]
	if head.RaisedOn != sealedDay || head.ID.Version() != 4 {
		t.Errorf("%+v", head)
	}
	r, err := c.read("member1") // the other of the two, with the record
	c.must(err)
	if len(r.FollowUps) != 1 || r.FollowUps[0].TalkID == nil || *r.FollowUps[0].TalkID != c.talk {
		t.Errorf("%+v", r.FollowUps)
	}
	if dumped := dump(t, testdb.Owner(t, c.d)); strings.Count(dumped, "修好三楼的热水器") != 1 {
		t.Errorf("the matter stands %d times in the tables", strings.Count(dumped, "修好三楼的热水器"))
	}
}

func TestFollowUpSteps(t *testing.T) {
	c := newConfidants(t)
	by, scope := c.as("chief", "followup", "write")
	in := FollowUpInput{Matter: "办一件事", OwnerID: c.Person("member1"), DueOn: sealedDay}
	_, err := c.s.Raise(t.Context(), by, scope, c.talk, in)
	c.mayNot("a third raises", err)
	by, scope = c.as("member1", "followup", "write")
	for what, bad := range map[string]FollowUpInput{
		"no matter": {Matter: " ", OwnerID: in.OwnerID, DueOn: sealedDay}, "long": {Matter: strings.Repeat("长", maxMatter+1), OwnerID: in.OwnerID, DueOn: sealedDay},
		"yesterday": {Matter: "x", OwnerID: in.OwnerID, DueOn: sealedDay.AddDays(-1)}, "no day": {Matter: "x", OwnerID: in.OwnerID},
		"of another department and branch": {Matter: "x", OwnerID: c.Person("probationer"), DueOn: sealedDay},
	} {
		_, err := c.s.Raise(t.Context(), by, scope, c.talk, bad)
		c.refused(what, err, fault.Invalid)
	}

	f := c.raise("member1", "deputy", "协调一间办公室")
	hand := func(key, owner string, version int) (FollowUp, error) {
		by, scope := c.as(key, "followup", "write")
		return c.s.Hand(t.Context(), by, scope, f.ID, c.Person(owner), sealedDay.AddDays(9), version)
	}
	_, err = hand("deputy", "leader1", 1)
	c.refused("the owner hands on", err, fault.Forbidden)
	f, err = hand("member1", "committee1", 1)
	c.must(err)
	if f.OwnerID != c.Person("committee1") || f.DueOn != sealedDay.AddDays(9) || f.Version != 2 {
		t.Errorf("%+v", f)
	}
	result := func(key, text string, version int) error {
		by, scope := c.as(key, "followup", "write")
		_, err := c.s.Result(t.Context(), by, scope, f.ID, text, version)
		return err
	}
	c.refused("an older version", result("committee1", "好了", 1), fault.Conflict)
	c.refused("no words", result("committee1", "", 2), fault.Invalid)
	c.mayNot("who had it before", result("deputy", "好了", 2))
	c.mayNot("a superior", result("head", "好了", 2))
	c.now = c.now.AddDate(0, 0, 20)
	if page := c.followUps("member1", FollowUpFilter{State: FollowUpLate}); len(page.Items) != 1 || !page.Items[0].Late {
		t.Errorf("%+v", page)
	}
	c.must(result("committee1", "已经调好", 2))
	c.refused("settled", result("committee1", "又好了", 3), fault.Conflict)
	if page := c.followUps("member1", FollowUpFilter{Mine: "raised", State: FollowUpDone, Text: "办公"}); len(page.Items) != 1 || page.Items[0].Result != "已经调好" || page.Items[0].Late {
		t.Errorf("%+v", page)
	}

	c.now = c.now.AddDate(0, 0, -20)
	f = c.raise("deputy", "member1", "不办了")
	withdraw := func(key string) error {
		by, scope := c.as(key, "followup", "write")
		_, err := c.s.Withdraw(t.Context(), by, scope, f.ID, 1)
		return err
	}
	c.refused("the owner withdraws", withdraw("member1"), fault.Forbidden)
	c.must(withdraw("deputy"))
	if page := c.followUps("member1", FollowUpFilter{Mine: "owner"}); len(page.Items) != 0 {
		t.Errorf("%+v", page)
	}
}

// Pages together are the list: each once, open ones by their day first.
func TestFollowUpPages(t *testing.T) {
	c := newConfidants(t)
	for i := range 7 {
		f := c.raise("deputy", "member1", fmt.Sprint("事项", i))
		if i%3 == 0 {
			by, scope := c.as("member1", "followup", "write")
			_, err := c.s.Result(t.Context(), by, scope, f.ID, "好了", 1)
			c.must(err)
		}
	}
	var seen []string
	cursor := ""
	for range 10 {
		page := c.followUps("deputy", FollowUpFilter{Cursor: cursor, Limit: 2})
		for _, f := range page.Items {
			seen = append(seen, f.State+f.Matter)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 7 || seen[0][:4] != "open" || seen[6][:4] != "done" {
		t.Errorf("%v", seen)
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 7 {
		t.Errorf("%v", seen)
	}
	by, scope := c.as("deputy", "followup", "read")
	_, err := c.s.FollowUps(t.Context(), by, scope, FollowUpFilter{Cursor: "胡"})
	c.refused("a made-up cursor", err, fault.Invalid)
}

// The same thing handed on twice, by a double click or a request that was sent again,
// is one follow-up; another matter, owner, day or raiser is another.
func TestFollowUpRaisedTwice(t *testing.T) {
	c := newConfidants(t)
	by, scope := c.as("deputy", "followup", "write")
	in := FollowUpInput{Matter: "修好热水器", OwnerID: c.Person("leader1"), DueOn: sealedDay.AddDays(3)}
	ids := make([]uuid.UUID, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			f, err := c.s.Raise(t.Context(), by, scope, c.talk, in)
			if err != nil || f.TalkID != nil || !f.Raised || f.State != FollowUpOpen {
				t.Errorf("%+v %v", f, err)
			}
			ids[i] = f.ID
		})
	}
	all.Wait()
	count := func() int { return c.followUps("leader1", FollowUpFilter{}).Total }
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("%s and %s", id, ids[0])
		}
	}
	var audited int
	c.must(testdb.Owner(t, c.d).QueryRow(`SELECT count(*) FROM audit_entries WHERE action = 'followup.raise'`).Scan(&audited))
	if count() != 1 || audited != 1 {
		t.Errorf("%d follow-ups, %d audited", count(), audited)
	}
	raise := func(key string, in FollowUpInput) FollowUp {
		t.Helper()
		by, scope := c.as(key, "followup", "write")
		f, err := c.s.Raise(t.Context(), by, scope, c.talk, in)
		c.must(err)
		return f
	}
	later, other := in, in
	later.DueOn, other.Matter = in.DueOn.AddDays(1), "换一个热水器"
	raise("deputy", later)
	raise("deputy", other)
	if count() != 3 {
		t.Errorf("%d follow-ups", count())
	}
	own := FollowUpInput{Matter: "修好热水器", OwnerID: c.Person("deputy"), DueOn: in.DueOn}
	if raise("deputy", own).ID == raise("member1", own).ID {
		t.Error("raised by the other of the two, it is not the same")
	}
	here, there := c.talk, c.planned("deputy", "secretary2", sealedDay)
	c.talk = there
	if raise("deputy", in).ID == ids[0] {
		t.Error("that of another talk was given back")
	}
	c.talk = here
	owner, scope := c.as("leader1", "followup", "write")
	_, err := c.s.Result(t.Context(), owner, scope, ids[0], "好了", 1)
	c.must(err)
	if raise("deputy", in).ID == ids[0] {
		t.Error("one that is settled was given back")
	}
}
