package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// pairedOffice is a hostile office with a pairing and taskforces in every state, and who
// is none of them.
func pairedOffice(t *testing.T) (*office, things, map[string]string) {
	t.Helper()
	o, x, cookies := hostileOffice(t)
	all := map[string]things{"": x}
	o.campaigns(all, map[string]camp{"": {0, "secretary1", "committee1", "deputy", "member1"}})
	o.pairsUp(all, "", map[string]trio{"": {"member1", "secretary1", "committee1"}})
	for _, login := range []string{"probationer", "deputy", "committee1"} {
		cookies[login] = o.signIn(login)
	}
	return o, all[""], cookies
}

// What the three of a pairing write is theirs and the office's: somebody else finds
// nothing at any address, and is not told that there is something.
func TestStrangersSeeNoPairing(t *testing.T) {
	t.Parallel()
	o, x, cookies := pairedOffice(t)
	id := x.pairs.pairing.ID.String()
	secret := []string{id, x.pairs.pairing.Number, x.pairs.reported.ID.String(), x.pairs.own.ID.String(), x.pairs.plan.ID.String()}
	lists := []string{"/api/pairings?state=current", "/api/pairings/mine", "/api/pairings?q=" + x.pairs.pairing.Number, "/api/growth-plans?year=2026", "/api/desk"}
	doors := func(id string) []ask {
		at := "/api/pairings/" + id
		return []ask{
			get(at), get(at + "/plans"), get(at + "/logs"), get(at + "/assessments"),
			post(at+"/logs", fields{"mentor_id": o.Person("secretary1"), "kind": "talk", "held_on": "2026-11-18", "minutes": 30, "content": "谈心"}),
			put(at+"/plans/2027", fields{"goals": "目标", "items": []fields{{"seq": 1, "title": "讲评", "kind": "lesson", "times": 1, "month": 12}}, "version": 0}),
			post(at+"/plans/2026/agreement", fields{"version": 1}),
			put(at+"/assessments/2026/mid", fields{"grade": "good", "remark": "好", "version": 0}),
		}
	}
	none := doors(testID)
	for _, login := range []string{"probationer", "secretary2"} {
		for _, path := range lists {
			a := o.get(cookies[login], path)
			for _, word := range secret {
				if strings.Contains(readable(t, a), word) {
					t.Errorf("%s: %s shows %s", login, path, word)
				}
			}
		}
		for i, door := range doors(id) {
			a, nothing := o.send(cookies[login], door), o.send(cookies[login], none[i])
			if a.status != nothing.status || a.status < 400 || message(a) != message(nothing) {
				t.Errorf("%s, door %d: %s; where there is nothing %s", login, i, a, nothing)
			}
		}
	}
	for _, login := range []string{"member1", "secretary1", "committee1", "office"} { // the net would catch something
		if a := o.get(cookies[login], "/api/pairings/"+id); a.status != 200 || !strings.Contains(readable(t, a), x.pairs.pairing.Number) {
			t.Errorf("%s: %s", login, a)
		}
	}
}

// Whatever is sent to pairings and taskforces, a sentence says what is wrong, and nothing
// of it is kept.
func TestHostilePairsAndTaskforces(t *testing.T) {
	t.Parallel()
	o, x, cookies := pairedOffice(t)
	pairing, mentor := "/api/pairings/"+x.pairs.pairing.ID.String(), o.Person("secretary1")
	logs := func(change fields) ask {
		f := fields{"mentor_id": mentor, "kind": "talk", "held_on": "2026-11-18", "minutes": 30, "content": "谈心"}
		maps.Copy(f, change)
		return post(pairing+"/logs", f)
	}
	plans := func(change fields) ask {
		f := fields{"goals": "目标", "items": []fields{{"title": "讲评", "kind": "lesson", "times": 1, "month": 12}}, "version": 0}
		maps.Copy(f, change)
		return put(pairing+"/plans/2027", f)
	}
	changes := func(change fields) ask {
		f := fields{"role": "political", "mentor_id": o.Person("deputy"), "from": "2026-12-01", "change": "调动", "version": x.pairs.pairing.Version}
		maps.Copy(f, change)
		return post(pairing+"/mentor", f)
	}
	at := func(f force) string { return "/api/taskforces/" + f.id.String() }
	running := at(x.forces.running)
	proposes := func(change fields) ask {
		f := fields{"kind": "study_society", "name": "新研习社", "purpose": "研习", "from": "2026-11-20", "branch_id": o.Branches[0].ID}
		maps.Copy(f, change)
		return post("/api/taskforces", f)
	}
	staff := func(people ...fields) ask {
		return post(running+"/staff", fields{"people": append([]fields{}, people...)})
	}
	var taken string
	must(t, o.app.DB.QueryRowContext(t.Context(), "SELECT name FROM org_projects WHERE id = ?", x.forces.running.id).Scan(&taken))
	joins := func(person any, from string) fields {
		return fields{"person_id": person, "office": "member", "from": from}
	}
	tasks := func(change fields) ask {
		f := fields{"title": "走访", "owner_id": o.Person("deputy"), "due_on": "2026-12-01"}
		maps.Copy(f, change)
		return post(running+"/tasks", f)
	}
	long := strings.Repeat("长", 5000)
	many := slices.Repeat([]fields{joins(uuid.New(), "2026-11-20")}, 500)
	before := fingerprint(t, o.app.DB)
	o.refuse(t, cookies, []refusal{
		{"no session", "", logs(nil), 401, "登录"},
		{"a stranger's log", "probationer", logs(nil), 404, ""},
		{"a log of tomorrow", "member1", logs(fields{"held_on": "2099-01-01"}), 422, ""},
		{"a log before the pairing", "member1", logs(fields{"held_on": "1999-01-01"}), 422, ""},
		{"a log of no day", "member1", logs(fields{"held_on": "2026-02-30"}), 422, ""},
		{"a log of no minutes", "member1", logs(fields{"minutes": 0}), 422, ""},
		{"a log of an age", "member1", logs(fields{"minutes": 1 << 31}), 422, ""},
		{"a log with somebody else", "member1", logs(fields{"mentor_id": o.Person("deputy")}), 422, ""},
		{"a log of no kind", "member1", logs(fields{"kind": "party"}), 422, ""},
		{"a log of nothing", "member1", logs(fields{"content": " \u0000 "}), 422, ""},
		{"a log of a book", "member1", logs(fields{"content": long}), 422, ""},
		{"one's own log confirmed", "member1", post("/api/mentoring-logs/"+x.pairs.own.ID.String()+"/confirmation", fields{"version": x.pairs.own.Version}), 422, ""},
		{"an older log confirmed", "member1", post("/api/mentoring-logs/"+x.pairs.reported.ID.String()+"/confirmation", fields{"version": 99}), 409, "刷新"},
		{"declined for no reason", "member1", post("/api/mentoring-logs/"+x.pairs.reported.ID.String()+"/decline", fields{"answer": " ", "version": x.pairs.reported.Version}), 422, ""},
		{"a plan of no goals", "member1", plans(fields{"goals": ""}), 422, ""},
		{"a plan of nothing", "member1", plans(fields{"items": []fields{}}), 422, ""},
		{"a plan of month 13", "member1", plans(fields{"items": []fields{{"title": "讲评", "kind": "lesson", "times": 1, "month": 13}}}), 422, ""},
		{"a plan of minus one times", "member1", plans(fields{"items": []fields{{"title": "讲评", "kind": "lesson", "times": -1, "month": 1}}}), 422, ""},
		{"a plan of the year 9999", "member1", put(pairing+"/plans/9999", fields{"goals": "目标", "items": []fields{{"title": "讲评", "kind": "lesson", "times": 1, "month": 1}}, "version": 0}), 422, ""},
		{"a score of 101", "secretary1", put(pairing+"/assessments/2026/mid", fields{"grade": "good", "score": 10100, "remark": "好", "version": 0}), 422, ""},
		{"an assessment of no stage", "secretary1", put(pairing+"/assessments/2026/never", fields{"grade": "good", "remark": "好", "version": 0}), 422, ""},
		{"a mentor changed as mentee", "member1", changes(nil), 403, "权限"},
		{"a mentor changed to the mentee", "office", changes(fields{"mentor_id": o.Person("member1")}), 422, ""},
		{"a mentor changed to nobody", "office", changes(fields{"mentor_id": testID}), 422, ""},
		{"a mentor changed for no reason", "office", changes(fields{"change": " "}), 422, ""},
		{"a mentor changed on an older one", "office", changes(fields{"version": 99}), 409, "刷新"},
		{"pairs of nobody", "office", post("/api/pairings", fields{"from": "2026-12-01", "items": []fields{}}), 422, ""},
		{"proposals for 100 years", "office", post("/api/mentoring-proposals", fields{"from": "2026-12-01", "years": 100}), 422, ""},
		{"a wish of oneself", "office", post("/api/mentoring-wishes", fields{"kind": "exclude", "mentee_id": o.Person("member1"), "mentor_id": o.Person("member1")}), 422, ""},

		{"a taskforce of no name", "secretary1", proposes(fields{"name": " "}), 422, ""},
		{"a taskforce of a name there is", "secretary1", proposes(fields{"name": taken}), 409, ""},
		{"a taskforce of no kind", "secretary1", proposes(fields{"kind": "party"}), 422, ""},
		{"a taskforce with a book of a purpose", "secretary1", proposes(fields{"purpose": long}), 422, ""},
		{"a taskforce for another branch", "secretary2", proposes(nil), 422, "党支部"},
		{"a taskforce that ends first", "secretary1", proposes(fields{"planned_to": "2026-01-01"}), 422, ""},
		{"approved by who proposed it", "secretary1", post(at(x.forces.proposed)+"/approval", fields{"version": x.forces.proposed.version}), 403, ""},
		{"approved on an older one", "chief", post(at(x.forces.proposed)+"/approval", fields{"version": 99}), 409, "刷新"},
		{"rejected for no reason", "chief", post(at(x.forces.proposed)+"/rejection", fields{"answer": " ", "version": x.forces.proposed.version}), 422, ""},
		{"nobody seconded", "office", staff(), 422, "至少"},
		{"500 seconded", "office", staff(many...), 422, ""},
		{"one of no roll seconded", "office", staff(joins(testID, "2026-11-20")), 422, ""},
		{"somebody twice", "office", staff(joins(o.Person("chief"), "2026-11-20"), joins(o.Person("chief"), "2026-11-20")), 422, ""},
		{"who is in it", "office", staff(joins(o.Person("deputy"), "2026-11-20")), 409, "已在其中"},
		{"before it began", "office", staff(joins(o.Person("chief"), "1999-01-01")), 422, ""},
		{"one good and one bad", "office", staff(joins(o.Person("chief"), "2026-11-20"), joins(testID, "2026-11-20")), 422, ""},
		{"seconded as a member", "deputy", staff(joins(o.Person("chief"), "2026-11-20")), 403, "权限"},
		{"a task of who is not in it", "committee1", tasks(fields{"owner_id": o.Person("chief")}), 422, ""},
		{"a task of no title", "committee1", tasks(fields{"title": "\u0000"}), 422, ""},
		{"a task of no day", "committee1", tasks(fields{"due_on": "2026-13-01"}), 422, ""},
		{"a task changed without its version", "committee1", put(running+"/tasks/"+x.forces.task.ID.String(), fields{"title": "走访", "owner_id": o.Person("deputy"), "due_on": "2026-12-01"}), 409, "刷新"},
		{"a task moved nowhere", "deputy", post(running+"/tasks/"+x.forces.task.ID.String()+"/state", fields{"state": "lost", "version": 1}), 422, ""},
		{"an outcome of minus one", "committee1", post(running+"/outcomes", fields{"kind": "article", "title": "文章", "quantity": -1, "reached_on": "2026-11-18"}), 422, ""},
		{"an outcome beyond counting", "committee1", post(running+"/outcomes", fields{"kind": "article", "title": "文章", "quantity": 1 << 62, "reached_on": "2026-11-18"}), 422, ""},
		{"an outcome of tomorrow", "committee1", post(running+"/outcomes", fields{"kind": "article", "title": "文章", "quantity": 1, "reached_on": "2099-01-01"}), 422, ""},
		{"an outcome of no kind", "committee1", post(running+"/outcomes", fields{"kind": "gold", "title": "文章", "quantity": 1, "reached_on": "2026-11-18"}), 422, ""},
		{"void for no reason", "committee1", post(running+"/outcomes/"+x.forces.outcome.String()+"/void", fields{"reason": ""}), 422, ""},
		{"concluded without a word", "committee1", post(at(x.forces.ending)+"/conclusion", fields{"last": "2026-11-20", "summary": " ", "version": x.forces.ending.version}), 422, ""},
		{"concluded in the future", "committee1", post(at(x.forces.ending)+"/conclusion", fields{"last": "2099-11-20", "summary": "好", "version": x.forces.ending.version}), 422, ""},
		{"archived before it is over", "office", post(running+"/archive", fields{"version": x.forces.running.version}), 422, ""},
		{"the bundle of one that runs", "office", get(running + "/bundle.zip"), 422, ""},
		{"an id of SQL", "office", get("/api/taskforces/'%20OR%201=1"), 422, "编号"},
		{"NUL in a search", "office", get("/api/taskforces?q=%00"), 422, ""},
		{"a cursor of nothing", "office", get("/api/taskforces?cursor=zz"), 422, ""},
		{"a cursor of no pairing", "office", get("/api/pairings?cursor=zz"), 422, ""},
		{"a cursor of no log", "member1", get(pairing + "/logs?cursor=zz"), 422, ""},
		{"a cursor of no time line", "member1", get(fmt.Sprintf("/api/people/%s/timeline?cursor=zz", o.Person("member1"))), 422, ""},
	})
	if after := fingerprint(t, o.app.DB); after != before {
		t.Errorf("left behind: %s", changed(before, after))
	}
}
