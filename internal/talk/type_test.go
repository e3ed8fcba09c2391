package talk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

func TestSettings(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "talk_type", "write")
	read := access.System(o.Unit)
	types, err := o.svc.Types(bg, read)
	if err != nil || len(types) != 10 || types[0].Code != TypeLeader || !types[4].Occasion {
		t.Fatalf("%+v, %v", types, err)
	}
	_, err = o.svc.SaveType(bg, by, scope, Type{Code: TypeTransfer, Name: "调入谈话", Active: true, Version: 1})
	if f := fault.From(err); len(f.Details) != 2 {
		t.Errorf("%+v", f)
	}
	got, err := o.svc.SaveType(bg, by, scope, Type{Code: TypeTransfer, Name: " 新到岗谈话 ", Talker: TalkerLeader, WithinDays: 3, Pairing: "each", Version: 1})
	if err != nil || got.Name != "新到岗谈话" || got.Active || got.Pairing != "" || got.Version != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = o.svc.SaveType(bg, by, scope, Type{Code: TypeTransfer, Name: "调入谈话", Talker: TalkerLeader, WithinDays: 3, Version: 1})
	wants(t, "an old version", err, fault.Conflict)
	_, err = o.svc.SaveType(bg, by, scope, Type{Code: "none", Name: "无"})
	wants(t, "no type", err, fault.NotFound)
	_, secretary := o.as("secretary1", "talk_type", "write")
	_, err = o.svc.SaveType(bg, by, secretary, Type{Code: TypeMember, Name: "无", Version: 1})
	wants(t, "a secretary", err, fault.Forbidden)

	leader := LeaderInput{Person: o.Person("chief"), PerDay: 5, From: day("2026-01-01")}
	l, err := o.svc.AddLeader(bg, by, scope, leader)
	if err != nil || l.PersonName != "江远山" || *l.PerDay != 5 || l.DepartmentID != nil {
		t.Fatalf("%+v, %v", l, err)
	}
	_, err = o.svc.AddLeader(bg, by, scope, leader)
	wants(t, "twice", err, fault.Conflict)
	_, err = o.svc.AddLeader(bg, by, scope, LeaderInput{Person: o.Person("sysadmin"), From: day("2026-01-01")})
	wants(t, "an outsider", err, fault.Invalid)
	_, err = o.svc.AddLeader(bg, by, scope, LeaderInput{Person: o.Person("chief"), Department: db.NewID(), From: day("2026-01-01")})
	wants(t, "no department", err, fault.Invalid)
	wants(t, "before it began", o.svc.EndLeader(bg, by, scope, l.ID, day("2025-12-31")), fault.NotFound)
	wants(t, "ended", o.svc.EndLeader(bg, by, scope, l.ID, day("2026-05-31")), "")
	leader.From = day("2026-06-01")
	next, err := o.svc.AddLeader(bg, by, scope, leader)
	wants(t, "follows", err, "")
	wants(t, "taken back", o.svc.EndLeader(bg, by, scope, next.ID, day("2026-05-20")), "")
	// The log has the end beside the beginning, under one name of the thing.
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'talk_type.end' AND object = 'talk_leader'`); n != 2 {
		t.Errorf("%d ends in the log", n)
	}
	all, err := o.svc.StaffLeaders(bg, read)
	if err != nil || len(all) != 1 || on(all[0].ValidTo) != "2026-05-31" {
		t.Errorf("%+v, %v", all, err)
	}
	// A branch's secretary has no leader of the office in reach, and a leader themself.
	_, mine := o.as("chief", "talk", "read")
	if all, err := o.svc.StaffLeaders(bg, mine); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}

	p := PatternInput{Deputy: o.Person("deputy"), Department: o.Departments[1].ID, Weekdays: []int{3, 1, 3}, StartsAt: "08:20", From: day("2026-05-01")}
	m, err := o.svc.AddPattern(bg, by, scope, p)
	if err != nil || len(m.Weekdays) != 2 || m.Weekdays[0] != 1 || m.StartsAt != "08:20" || m.DepartmentName != "第一检察部" {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = o.svc.AddPattern(bg, by, scope, p)
	wants(t, "twice", err, fault.Conflict)
	p.Weekdays = []int{6}
	_, err = o.svc.AddPattern(bg, by, scope, p)
	wants(t, "a Saturday", err, fault.Invalid)
	wants(t, "mornings ended", o.svc.EndPattern(bg, by, scope, m.ID, day("2026-05-31")), "")
	wants(t, "no such", o.svc.EndPattern(bg, by, scope, db.NewID(), day("2026-05-31")), fault.NotFound)
}

func (o *house) record(department int, host, at string) uuid.UUID {
	o.t.Helper()
	id, record := db.NewID(), db.NewID()
	starts, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Shanghai)
	o.must(err)
	o.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, department_id, host_id, state, created_by, created_at, updated_at, confirmed_by, confirmed_at)
		VALUES (?, ?, ?, 1, 'morning_meeting', '晨会', ?, ?, 'department', ?, ?, 'confirmed', ?, now(), now(), ?, now())`,
		o.Unit, id, record, starts, starts.Add(20*time.Minute), o.Departments[department].ID, o.Person(host), o.Person("deputy"), o.Person("deputy"))
	return record
}

func TestMornings(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "talk_type", "write")
	for i, deputy := range []string{"chief", "deputy"} {
		_, err := o.svc.AddPattern(bg, by, scope, PatternInput{Deputy: o.Person(deputy), Department: o.Departments[i].ID, Weekdays: []int{1, 3}, StartsAt: "08:20", From: day("2026-05-06")})
		o.must(err)
	}
	monday := o.record(1, "head", "2026-05-11 08:30") // somebody else in the chair
	moved := o.record(1, "deputy", "2026-05-14 08:00")
	deputy, reach := o.as("deputy", "talk", "read")
	got, err := o.svc.Mornings(bg, reach, day("2026-05-01"), day("2026-05-27"))
	o.must(err)
	want := []struct {
		day, status string
		record      uuid.UUID
	}{
		{"2026-05-06", MorningMissed, uuid.Nil}, {"2026-05-11", MorningHeld, monday}, {"2026-05-13", MorningMissed, uuid.Nil}, {"2026-05-14", MorningHeld, moved},
		{"2026-05-18", MorningDue, uuid.Nil}, {"2026-05-20", MorningDue, uuid.Nil}, {"2026-05-25", MorningPlanned, uuid.Nil}, {"2026-05-27", MorningPlanned, uuid.Nil},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if m := got[i]; m.Day != day(w.day) || m.Status != w.status || given(m.RecordID) != w.record || m.DepartmentID != o.Departments[1].ID || m.DeputyID != deputy.Person {
			t.Errorf("%+v, want %+v", m, w)
		}
	}
	if all, err := o.svc.Mornings(bg, access.System(o.Unit), day("2026-05-06"), day("2026-05-06")); err != nil || len(all) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	_, member := o.as("member1", "talk", "read")
	if all, err := o.svc.Mornings(bg, member, day("2026-05-06"), day("2026-05-27")); err != nil || len(all) != 0 {
		t.Errorf("a member sees %+v, %v", all, err)
	}
	_, err = o.svc.Mornings(bg, member, day("2026-01-01"), day("2026-05-27"))
	wants(t, "five months", err, fault.Invalid)
}

// signed is sign-in by name: the cookie holds the key of the office's person.
type signed struct{ o *house }

func (s signed) Actor(_ context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return s.o.Actor(token), nil
}

func TestRoutes(t *testing.T) {
	o := newHouse(t)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := httpd.New(httpd.Config{Version: "test", Log: log}, o.db, httpd.NewGuard(o.db, signed{o}, o.policy, log))
	o.must(err)
	Mount(s.API, o.svc)
	id := o.plan(TypeLeader, "chief", "member1", "2026-05-25").String()
	other := o.plan(TypeMember, "leader2", "probationer", "2026-05-25").String()
	type form = map[string]any
	for _, c := range []struct {
		as, method, path string
		body             form
		want             int
		says             string
	}{
		{"member1", "GET", "/api/talks", nil, 200, `"total":1`},
		{"member1", "GET", "/api/talks?status=cancelled", nil, 200, `"total":0`},
		{"member1", "GET", "/api/talks?status=gone", nil, 422, "没有这种状态"},
		{"secretary1", "GET", "/api/talks", nil, 200, `"may_plan":false`}, // a leader's
		{"office", "GET", "/api/talks", nil, 200, `"may_plan":true`},
		{"head", "GET", "/api/talks", nil, 200, `"total":1`},
		{"office", "GET", "/api/talks?from=2026-05-25&to=2026-05-25&limit=1", nil, 200, `"total":2`},
		{"sysadmin", "GET", "/api/talks", nil, 403, "没有这项权限"},
		{"", "GET", "/api/talks", nil, 401, "登录"},
		{"member1", "GET", "/api/talks/" + id, nil, 200, `"moves":[]`},
		{"member1", "GET", "/api/talks/" + other, nil, 404, "没有找到该谈话"},
		{"member1", "GET", "/api/talks/partners?q=qjs", nil, 200, "秦嘉树"},
		{"secretary2", "GET", "/api/talks/coverage", nil, 200, `"total":{"due":1`},
		{"leader2", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "reason": "case", "version": 1}, 404, "没有找到"},
		{"committee1", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "reason": "case", "version": 1}, 403, "只有谈话双方"},
		{"chief", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "reason": "因为他说了什么", "version": 1}, 422, "reason"},
		{"chief", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "planned_at": "25:00", "reason": "case", "version": 1}, 422, "planned_at"},
		{"chief", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "planned_at": "09:30", "reason": "case", "version": 1, "note": "x"}, 422, "note"},
		{"chief", "POST", "/api/talks/" + id + "/move", form{"planned_on": "2026-05-26", "planned_at": "09:30", "reason": "case", "version": 1}, 200, `"planned_at":"09:30"`},
		{"chief", "POST", "/api/talks/" + id + "/report", form{"done_on": "2026-05-20", "version": 2}, 200, `"reported"`},
		{"chief", "POST", "/api/talks/" + id + "/confirm", form{"version": 3}, 422, "须由对方确认"},
		{"member1", "POST", "/api/talks/" + id + "/denial", form{"version": 3}, 200, `"unplanned"`},
		{"member1", "POST", "/api/talks/" + id + "/report", form{"done_on": "2026-05-20", "version": 4}, 200, `"reported"`},
		{"chief", "POST", "/api/talks/" + id + "/confirm", form{"version": 5}, 200, `"confirmed"`},
		{"chief", "POST", "/api/talks/" + id + "/confirm", form{"version": 5}, 409, "刚被别人改动"},
		{"chief", "POST", "/api/talks/" + other + "/cancellation", form{"reason": "left", "version": 1}, 403, "没有这项权限"},
		{"secretary2", "POST", "/api/talks/" + other + "/cancellation", form{"reason": "left", "version": 1}, 200, `"cancelled"`},
		{"member1", "POST", "/api/talks", form{"partner_id": o.Person("staff"), "done_on": "2026-05-20"}, 201, `"ad_hoc"`},
		{"member1", "GET", "/api/talk-types", nil, 200, `"领导谈话"`},
		{"secretary1", "PUT", "/api/talk-types/member", form{"name": "x", "active": true, "version": 1}, 403, "没有这项权限"},
		{"office", "PUT", "/api/talk-types/committee", form{"name": "支委谈话", "active": true, "pairing": "one", "version": 1}, 200, `"one"`},
		{"office", "POST", "/api/talk-leaders", form{"person_id": o.Person("chief"), "from": "2026-05-01"}, 201, "江远山"},
		{"leader1", "GET", "/api/talk-leaders", nil, 200, `"items":[]`},
		{"office", "POST", "/api/talk-mornings", form{"deputy_id": o.Person("deputy"), "department_id": o.Departments[1].ID, "weekdays": []int{1}, "starts_at": "08:20", "from": "2026-05-01"}, 201, "贺长林"},
		{"deputy", "GET", "/api/talk-mornings", nil, 200, `"weekdays":[1]`},
		{"deputy", "GET", "/api/mornings?from=2026-05-18&to=2026-05-24", nil, 200, `"due"`},
		{"office", "POST", "/api/talk-mornings", form{"deputy_id": o.Person("deputy"), "department_id": o.Departments[0].ID, "weekdays": []int{7}, "starts_at": "08:20", "from": "2026-05-01"}, 422, "周一到周五"},
		{"secretary1", "POST", "/api/talk-occasions", form{"person_id": o.Person("member1"), "kind": "hardship", "happened_on": "2026-05-19"}, 201, `"talk_id"`},
		{"secretary1", "GET", "/api/talk-occasions?state=arranged", nil, 200, "困难、患病谈话"},
		{"secretary2", "GET", "/api/talk-occasions", nil, 200, `"items":[]`},
		{"member1", "GET", "/api/talk-occasions", nil, 403, "没有这项权限"},
	} {
		var body io.Reader
		if c.body != nil {
			b, err := json.Marshal(c.body)
			o.must(err)
			body = bytes.NewReader(b)
		}
		r := httptest.NewRequest(c.method, c.path, body)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", httpd.CookieName+"="+c.as)
		resp, err := s.Fiber.Test(r, 60_000)
		o.must(err)
		text, err := io.ReadAll(resp.Body)
		o.must(err)
		_ = resp.Body.Close()
		if resp.StatusCode != c.want || !strings.Contains(string(text), c.says) {
			t.Errorf("%s %s as %s: %d, want %d with %q: %.300s", c.method, c.path, c.as, resp.StatusCode, c.want, c.says, text)
		}
	}
}
