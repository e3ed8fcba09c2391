package app_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/taskforce"
)

// Whoever is seconded sees the taskforce from the first day to the last one: before and
// after it is not there for them, by list, page, tasks, files or bundle.
func TestSecondedSeeTheirTaskforceOnlyWhileSeconded(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.proposes()
	base := "/api/taskforces/" + c.id.String()
	c.do("office", post(base+"/staff", fields{"people": []fields{{"person_id": c.Person("secretary1"), "office": "secretary", "from": today},
		{"person_id": c.Person("probationer"), "office": "member", "from": today.AddDays(2)}, {"person_id": c.Person("staff"), "office": "member", "from": today}}}), nil)
	c.do("office", post(base+"/activation", fields{"version": c.detail().Taskforce.Version}), nil)

	// They are in another one all the time, which is no way into this one.
	other := *c
	var made struct {
		ID uuid.UUID `json:"id"`
	}
	c.do("office", post("/api/taskforces", fields{"kind": "study_society", "name": "创想研习社", "purpose": "研习", "from": today}), &made)
	other.id = made.ID
	elsewhere := "/api/taskforces/" + made.ID.String()
	c.do("chief", post(elsewhere+"/approval", fields{"version": other.detail().Taskforce.Version}), nil)
	var people []fields
	for _, key := range []string{"staff", "probationer", "leader2", "secretary1"} {
		people = append(people, fields{"person_id": c.Person(key), "office": "member", "from": today})
	}
	c.do("office", post(elsewhere+"/staff", fields{"people": people}), nil)
	c.do("office", post(elsewhere+"/activation", fields{"version": other.detail().Taskforce.Version}), nil)

	var f taskforce.Attachment
	c.do("secretary1", form("POST", base+"/files", "方案.txt", []byte("行动方案"), nil), &f)
	var task taskforce.Task
	c.do("secretary1", post(base+"/tasks", fields{"title": "走访医院", "owner_id": c.Person("staff"), "due_on": today.AddDays(5)}), &task)

	reads := []ask{get(base), get(base + "/tasks"), get(base + "/files"), get(base + "/files/" + f.ID.String()), get(base + "/timeline"), get(base + "/outcomes")}
	writes := []ask{post(base+"/notes", fields{"day": today, "text": "纪实"}), post(base+"/tasks/"+task.ID.String()+"/state", fields{"state": "doing", "version": task.Version}),
		form("POST", base+"/files", "签到.txt", []byte("签到"), nil)}
	sees := func(when, key string, want bool) {
		t.Helper()
		cookie := c.signIn(key)
		for _, a := range reads {
			if got := c.send(cookie, a); want && got.status != 200 || !want && got.status != 404 {
				t.Errorf("%s, %s %s: %s", when, key, a, got)
			}
		}
		var page taskforce.Page
		c.get(cookie, "/api/taskforces").into(t, &page)
		found := slices.ContainsFunc(page.Items, func(f taskforce.Taskforce) bool { return f.ID == c.id })
		if found != want || page.Total != len(page.Items) {
			t.Errorf("%s, %s lists it: %v; %d of %d", when, key, found, len(page.Items), page.Total)
		}
		if want {
			return
		}
		for _, a := range writes {
			if got := c.send(cookie, a); got.status != 404 {
				t.Errorf("%s, %s %s: %s", when, key, a, got)
			}
		}
	}
	sees("on the first day", "secretary1", true)
	sees("on the first day", "staff", true)
	sees("two days before", "probationer", false)
	sees("never", "leader2", false)

	at := func(day calendar.Date) {
		c.clock.set(day, 10)
		c.signsIn()
	}
	at(today.AddDays(2))
	sees("from then on", "probationer", true)
	second := func(person uuid.UUID) string {
		for _, m := range c.detail().Staff {
			if m.Person == person {
				return m.ID.String()
			}
		}
		t.Fatal("not in it")
		return ""
	}
	// The one leaves today, the other one is to leave in three days.
	probationer, staff := c.Person("probationer"), c.Person("staff")
	var open taskforce.TaskPage
	if c.do("staff", get(base+"/tasks"), &open); len(open.Items) != 1 || !open.Items[0].CanMove {
		t.Errorf("the owner's task: %+v", open.Items)
	}
	c.do("staff", post(base+"/tasks/"+task.ID.String()+"/state", fields{"state": "done", "version": open.Items[0].Version}), nil)
	c.do("office", post(base+"/staff/"+second(probationer)+"/end", fields{"last": today.AddDays(2)}), nil)
	c.do("office", post(base+"/staff/"+second(staff)+"/end", fields{"last": today.AddDays(5)}), nil)
	sees("on the last day", "probationer", true)
	at(today.AddDays(3))
	sees("the day after", "probationer", false)
	sees("before the last day", "staff", true)
	at(today.AddDays(6))
	sees("after the last day", "staff", false)
	sees("still", "secretary1", true)

	// Concluded and archived: whoever was in it to the end does not see it any more, and
	// its bundle is for those who do.
	c.do("secretary1", post(base+"/conclusion", fields{"last": today.AddDays(6), "summary": "任务完成。", "version": c.detail().Taskforce.Version}), nil)
	at(today.AddDays(7))
	sees("concluded", "secretary1", false)
	var items []fields
	for _, p := range []uuid.UUID{c.Person("secretary1"), probationer, staff} {
		items = append(items, fields{"person_id": p, "grade": "good", "text": "表现良好。"})
	}
	c.do("office", ask{method: "PUT", path: base + "/appraisals", body: text(fields{"items": items})}, nil)
	c.do("office", post(base+"/archive", fields{"version": c.detail().Taskforce.Version}), nil)
	reads = append(reads, get(base+"/archive"), get(base+"/bundle.zip"))
	for _, key := range []string{"secretary1", "staff", "probationer", "leader2"} {
		sees("archived", key, false)
	}
	bundle := c.send(c.cookies["office"], get(base+"/bundle.zip"))
	z, err := zip.NewReader(bytes.NewReader(bundle.body), int64(len(bundle.body)))
	if err != nil || len(z.File) < 3 {
		t.Fatalf("%v: %s", err, bundle)
	}
	if again := c.send(c.cookies["office"], get(base+"/bundle.zip")); !bytes.Equal(again.body, bundle.body) {
		t.Error("the bundle has other bytes the second time")
	}
	for _, key := range []string{"secretary1", "staff", "probationer"} { // what remains with each is their appraisal
		var list taskforce.Appraisals
		c.get(c.signIn(key), "/api/appraisals?mine=true").into(t, &list)
		if len(list.Items) != 1 || list.Items[0].Grade != taskforce.Good {
			t.Errorf("%s reads %+v", key, list.Items)
		}
	}
}

// Two archive one taskforce at once, and again afterwards: it is archived once, with one
// set of parts.
func TestArchivedOnce(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.proposes()
	c.seconds()
	base := "/api/taskforces/" + c.id.String()
	c.do("secretary1", post(base+"/conclusion", fields{"last": today, "summary": "任务完成。", "version": c.detail().Taskforce.Version}), nil)
	var items []fields
	for _, p := range c.people {
		items = append(items, fields{"person_id": p, "grade": "good", "text": "表现良好。"})
	}
	write := ask{method: "PUT", path: base + "/appraisals", body: text(fields{"items": items})}
	c.excludes("write appraisals", move{"office", write}, move{"office", write})
	if n := number(t, c.app.DB, "SELECT count(*) FROM taskforce_appraisals"); n != 21 {
		t.Fatalf("%d appraisals of 21", n)
	}
	archive := post(base+"/archive", fields{"version": c.detail().Taskforce.Version})
	c.excludes("archive", move{"office", archive}, move{"office", archive})
	parts := number(t, c.app.DB, "SELECT count(*) FROM taskforce_archive_parts")
	if got := c.send(c.cookies["office"], post(base+"/archive", fields{"version": c.detail().Taskforce.Version})); got.status != 409 && got.status != 422 {
		t.Errorf("archived twice: %s", got)
	}
	if n := number(t, c.app.DB, "SELECT count(DISTINCT path) FROM taskforce_archive_parts"); n != parts || parts == 0 {
		t.Errorf("%d parts of %d names", parts, n)
	}
	if n := number(t, c.app.DB, "SELECT count(*) FROM audit_entries WHERE action = 'taskforce.archive' AND result = 'ok'"); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

// excludes sends two requests at once, of which one is carried out; the other one reads
// why it is not.
func (c *crew) excludes(what string, a, b move) {
	c.t.Helper()
	if won := c.races(c.t.(*testing.T), c.cookies, what, a, b); len(won) != 1 {
		c.t.Errorf("%s is done %d times", what, len(won))
	}
}
