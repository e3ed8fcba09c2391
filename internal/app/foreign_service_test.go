package app_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
)

// serviceOffice is an office with actions, hours and certificates of both branches.
func serviceOffice(t *testing.T) (o *office, mine, theirs things) {
	t.Helper()
	d := testdb.New(t)
	o = newOffice(t, boot(t, d, t.TempDir()), d)
	both := map[string]things{"mine": o.make(branchOf(o, 1), "乙支部", "probationer", "leader2"), "theirs": o.make(branchOf(o, 0), "甲支部", "member1", "chief")}
	o.serves(both, "theirs", map[string][]string{"mine": {"probationer"}, "theirs": {"member1"}})
	o.helped(both, map[string]string{"mine": "probationer", "theirs": "member1"})
	return o, both["mine"], both["theirs"]
}

// Volunteering as the other branch's secretary: no action, sign-up, hour or certificate
// of this branch, whatever is asked, and no id of it opens or is told from none.
func TestOtherBranchSeesNoService(t *testing.T) {
	t.Parallel()
	o, mine, theirs := serviceOffice(t)
	first, second, office := o.signIn("secretary1"), o.signIn("secretary2"), o.signIn("office")
	x := theirs.service
	secret := []string{x.coming.ID.String(), x.joined.ID.String(), x.present.ID.String(), x.ended.ID.String(), x.certificate.ID.String(), x.certificate.Number,
		x.certificate.Code, o.Person("member1").String(), o.Actor("member1").Name}
	b, p, name := o.Branches[0].ID.String(), o.Person("member1").String(), url.QueryEscape(o.Actor("member1").Name)
	year := "from=2026-01-01&to=2026-12-31"
	paths := []string{"/api/volunteer-actions/organisers", "/api/desk", "/api/reports/volunteer-service?quarter=2026Q4", "/api/reports/volunteer-year?quarter=2026Q4"}
	for list, filters := range map[string][]string{
		"/api/volunteer-actions?limit=100":                          {"", "&" + year, "&state=open", "&state=recorded", "&state=cancelled", "&mine=true", "&q=%25", "&q=" + url.QueryEscape("普法")},
		"/api/volunteer-hours?" + year:                              {"", "&branch_id=" + b, "&person_id=" + p, "&q=" + name, "&q=%25", "&sort=name"},
		"/api/volunteer-hours/export?" + year:                       {"", "&branch_id=" + b, "&person_id=" + p, "&q=" + name},
		"/api/volunteer-certificates?limit=100":                     {"", "&person_id=" + p, "&q=" + name, "&q=" + url.QueryEscape(x.certificate.Number), "&q=%25"},
		"/api/volunteer-actions/" + mine.service.joined.ID.String(): {""},
	} {
		for _, f := range filters {
			paths = append(paths, list+f)
		}
	}
	for _, a := range []string{x.coming.ID.String(), x.joined.ID.String(), x.present.ID.String(), x.ended.ID.String()} {
		paths = append(paths, "/api/volunteer-actions/"+a)
	}
	paths = append(paths, "/api/volunteer-hours/"+p, "/api/volunteer-certificates/"+x.certificate.ID.String())
	var seen strings.Builder
	for _, path := range paths {
		a := o.get(second, path)
		if a.status >= 400 && a.status != 404 && a.status != 422 {
			t.Errorf("%s: %s", path, a)
		}
		for _, word := range secret {
			if strings.Contains(readable(t, a), word) {
				t.Errorf("%s shows %s of the other branch: %.300s", path, word, readable(t, a))
			}
		}
		seen.WriteString(readable(t, o.get(first, path)))
	}
	for _, word := range secret { // the net would catch something
		if !strings.Contains(seen.String(), word) {
			t.Errorf("the branch's own secretary does not see %s either", word)
		}
	}
	// Hours of others add up to nothing, in the total and by month.
	for _, path := range []string{"/api/volunteer-hours?" + year + "&branch_id=" + b, "/api/volunteer-hours?" + year + "&person_id=" + p} {
		var page struct {
			Items []any
			Total struct{ People, Participations, Minutes int }
		}
		if a := o.get(second, path); a.status == 200 {
			a.into(t, &page)
		}
		if len(page.Items) != 0 || page.Total.People+page.Total.Participations+page.Total.Minutes != 0 {
			t.Errorf("%s adds up to %+v", path, page)
		}
	}
	ended := fields{"came": []fields{{"person_id": o.Person("secretary2"), "minutes": 60}}, "starts_at": x.ended.StartsAt, "ends_at": x.ended.EndsAt, "version": x.ended.Version}
	doors := []struct {
		ask          func(id string) ask
		own, foreign string
	}{
		{func(id string) ask { return get("/api/volunteer-actions/" + id) }, mine.service.coming.ID.String(), x.coming.ID.String()},
		{func(id string) ask {
			return get("/api/volunteer-actions/" + id + "/poster?origin=http://127.0.0.1:8080")
		}, mine.service.coming.ID.String(), x.coming.ID.String()},
		{func(id string) ask { return get("/api/volunteer-codes/" + id) }, mine.service.coming.Code, x.coming.Code},
		{func(id string) ask { return get("/api/volunteer-hours/" + id) }, mine.service.certificate.PersonID.String(), p},
		{func(id string) ask { return get("/api/volunteer-certificates/" + id) }, mine.service.certificate.ID.String(), x.certificate.ID.String()},
		{func(id string) ask {
			return get("/api/volunteer-certificates/" + id + "/code?origin=http://127.0.0.1:8080")
		}, mine.service.certificate.ID.String(), x.certificate.ID.String()},
		{func(id string) ask { return get("/api/reports/volunteer-service?quarter=2026Q4&branch=" + id) }, o.Branches[1].ID.String(), b},
		{func(id string) ask { return get("/api/reports/volunteer-year?quarter=2026Q4&branch=" + id) }, o.Branches[1].ID.String(), b},
		{func(id string) ask { return post("/api/volunteer-actions/"+id+"/signup", fields{}) }, "", x.coming.ID.String()},
		{func(id string) ask { return post("/api/volunteer-actions/"+id+"/withdrawal", fields{}) }, "", x.joined.ID.String()},
		{func(id string) ask { return post("/api/volunteer-actions/"+id+"/arrival", fields{}) }, "", x.present.ID.String()},
		{func(id string) ask {
			return post("/api/volunteer-actions/"+id+"/people", fields{"person_ids": []any{o.Person("secretary2")}})
		}, "", x.coming.ID.String()},
		{func(id string) ask {
			return ask{method: "DELETE", path: "/api/volunteer-actions/" + id + "/people/" + x.coming.Signups[0].PersonID.String()}
		}, "", x.coming.ID.String()},
		{func(id string) ask {
			return post("/api/volunteer-actions/"+id+"/cancellation", fields{"reason": "有雨", "version": x.coming.Version})
		}, "", x.coming.ID.String()},
		{func(id string) ask { return post("/api/volunteer-actions/"+id+"/record", ended) }, "", x.ended.ID.String()},
		{func(id string) ask {
			return post("/api/volunteer-certificates", fields{"person_id": id, "from": today.AddDays(-60), "to": today})
		}, "", p},
		{func(id string) ask {
			return post("/api/volunteer-hours/notice", fields{"from": today.AddDays(-60), "to": today, "branch_id": id})
		}, "", b},
	}
	before := fingerprint(t, o.app.DB)
	for _, d := range doors {
		foreign := o.send(second, d.ask(d.foreign))
		if _, err := foreign.problem(); err != nil || foreign.status != 404 {
			t.Errorf("foreign %s: %s %v", d.ask(d.foreign).path, foreign, err)
		}
		nobodys := o.send(second, d.ask(db.NewID().String()))
		if message(nobodys) != message(foreign) {
			t.Errorf("%s tells a foreign id from none: %s and %s", d.ask(d.foreign).path, foreign, nobodys)
		}
		if d.own == "" {
			continue
		}
		if a := o.send(second, d.ask(d.own)); a.status != 200 {
			t.Errorf("own %s: %s", d.ask(d.own).path, a)
		}
	}
	if after := fingerprint(t, o.app.DB); after != before {
		t.Errorf("foreign writes left something behind: %s", changed(before, after))
	}
	// Importing is the office's alone.
	for _, a := range []ask{get("/api/volunteer-imports"), get("/api/volunteer-imports/" + x.preview.String()), post("/api/volunteer-imports/"+x.preview.String()+"/confirmation", fields{}),
		post("/api/volunteer-imports/"+x.imported.String()+"/undo", fields{}), form("POST", "/api/volunteer-imports", "时长.xlsx", x.book, nil)} {
		if got := o.send(second, a); got.status != 403 {
			t.Errorf("%s %s as a secretary: %s", a.method, a.path, got)
		}
	}
	if a := o.get(office, "/api/volunteer-imports/"+x.preview.String()); a.status != 200 {
		t.Errorf("the office's own import: %s", a)
	}
}

// What the public is told about a certificate: with its number and code what is printed
// on it and no more; with anything else the same words, whatever exists.
func TestPublicCheckTellsNothingElse(t *testing.T) {
	t.Parallel()
	o, mine, theirs := serviceOffice(t)
	a, b := theirs.service.certificate, mine.service.certificate
	check := func(number, code string) answer {
		return o.get("", "/api/volunteer-certificates/check/"+url.PathEscape(number)+"/"+url.PathEscape(code))
	}
	good := check(a.Number, a.Code)
	var told map[string]any
	good.into(t, &told)
	var keys []string
	for k := range told {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if got := fmt.Sprint(keys); got != "[from holds issued_on minutes name number participations to unit_name]" && got != "[$schema from holds issued_on minutes name number participations to unit_name]" {
		t.Errorf("the public is told %s", got)
	}
	if told["holds"] != true || told["name"] != a.Name || good.header.Get("Cache-Control") != "no-store" || len(good.header.Values("Set-Cookie")) != 0 {
		t.Errorf("%v %v", told, good.header)
	}
	for _, id := range []string{a.PersonID.String(), a.ID.String(), o.Unit.String(), a.Lines[0].RecordID.String(), a.Lines[0].Title} {
		if strings.Contains(string(good.body), id) {
			t.Errorf("the public is told %s", id)
		}
	}
	nobody := check("志证〔2026〕9999号", strings.Repeat("0", 16))
	if nobody.status != 404 {
		t.Fatalf("a number of nobody: %s", nobody)
	}
	before := fingerprint(t, o.app.DB)
	last := "0"
	if strings.HasSuffix(a.Code, "0") {
		last = "1"
	}
	for _, c := range [][2]string{{a.Number, b.Code}, {b.Number, a.Code}, {a.Number, strings.Repeat("0", 16)}, {a.Number, a.Code[:15]}, {a.Number, a.Code[:15] + last},
		{a.Number, a.Code + "0"}, {a.Number, " "}, {a.Number, "%"}, {"志证〔2026〕%", a.Code}, {a.ID.String(), a.Code}, {a.Number + "'--", a.Code}, {"a\x00", a.Code}, {a.Number, "\x00"}} {
		if got := check(c[0], c[1]); got.status != 404 || message(got) != message(nobody) {
			t.Errorf("%q with %q: %s, of nobody: %s", c[0], c[1], got, nobody)
		}
	}
	for _, c := range [][2]string{{strings.Repeat("证", 51), a.Code}, {"\xff\xfe", a.Code}, {a.Number, strings.Repeat("f", 65)}} {
		if got := check(c[0], c[1]); got.status != 422 && got.status != 404 {
			t.Errorf("%q with %q: %s", c[0], c[1], got)
		}
	}
	if after := fingerprint(t, o.app.DB); after != before {
		t.Errorf("a check left something behind: %s", changed(before, after))
	}
}
