package app_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
	"xianfeng/internal/report"
	"xianfeng/internal/testdb"
)

// readable turns what a route sent into text: of a bundle all its files, of a workbook all cells of all
// sheets.
func readable(t *testing.T, a answer) string {
	t.Helper()
	return unpacked(t, a.body)
}

func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return string(data)
	}
	var b strings.Builder
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	if _, err := z.Open("xl/workbook.xml"); err != nil { // a bundle of files
		for _, f := range z.File {
			r, err := f.Open()
			must(t, err)
			part, err := io.ReadAll(r)
			must(t, err)
			b.WriteString(f.Name + "\n" + unpacked(t, part) + "\n")
		}
		return b.String()
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		b.WriteString(sheet + "\n")
		rows, err := f.GetRows(sheet)
		must(t, err)
		for _, row := range rows {
			b.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	return b.String()
}

// everythingOf asks a question of every reading route, as broadly and as pointedly
// as its filters allow.
func everythingOf(o *office, x things, branch testdb.Place) []string {
	person, b, q := x.person.String(), branch.ID.String(), "quarter=2026Q4"
	paths := []string{
		"/api/desk", "/api/people?state=all&limit=200", "/api/people/pick", "/api/people/export?state=all",
		"/api/activities?limit=200", "/api/activities/calendar?month=2026-11", "/api/activities/calendar?month=2026-10", "/api/activities/export",
		"/api/activities/organisers", "/api/ledgers?" + q, "/api/ledgers?" + q + "&limit=200&sort=-name", "/api/reports", "/api/reports/issues",
		"/api/reports/quarter-summary?" + q, "/api/reports/quarter-summary?" + q + "&limit=1000", "/api/reports/member-ledger?" + q, "/api/session",
		"/api/reports/quarter-summary?quarter=2026Q3", "/api/reports/annual-summary?quarter=2026Q3&limit=1000", "/api/reports/pennant?quarter=2026Q3", "/api/reports/pennant?" + q,
		"/api/claims?limit=200", "/api/claims?mine=true", "/api/claims?work=verify", "/api/claims?work=notice", "/api/claims/export", "/api/claims/beneficiaries",
		"/api/notices?limit=200", "/api/notices?kind=totals", "/api/notices?state=settled", "/api/objections?state=all", "/api/objections",
		"/api/selections", "/api/honours", "/api/honours/export", "/api/points/quarters/2026Q3/checklist", "/api/points/quarters/2026Q4/checklist",
	}
	for _, sel := range []uuid.UUID{x.circle.open, x.circle.whom} {
		list := "/api/selections/" + sel.String()
		paths = append(paths, list, list+"/candidates?limit=200", list+"/candidates?branch="+b, list+"/candidates?group="+x.group.ID.String(), list+"/candidates?proposed=true",
			list+"/candidates?q="+url.QueryEscape(x.name))
	}
	for _, filter := range []string{"branch=" + b, "branch_id=" + b, "person_id=" + person, "group=" + x.group.ID.String(), "q=" + url.QueryEscape(x.name),
		"state=draft", "state=confirmed", "state=submitted", "state=noticed", "state=open", "branch=" + url.QueryEscape(branch.Name), "person=" + person, "department=" + o.Departments[0].ID.String(), "q=%25", "q=_", "sort=title", "sort=-updated_at", "late=true", "no_quorum=true"} {
		for _, list := range []string{"/api/people?", "/api/people/pick?", "/api/people/export?", "/api/activities?", "/api/activities/export?", "/api/ledgers?" + q + "&",
			"/api/activities/calendar?month=2026-11&", "/api/reports/issues?",
			"/api/claims?", "/api/claims/export?", "/api/notices?", "/api/objections?", "/api/selections?", "/api/honours?"} {
			paths = append(paths, list+filter)
		}
	}
	return paths
}

// Every list, page, export and workbook as the other branch's secretary: no row of
// this branch, whatever is asked; and no id of it opens.
func TestOtherBranchSeesNothing(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	o.closable()
	for i, title := range []string{"甲支部", "乙支部"} {
		o.confirmed(o.meeting(i, 3, title+"党员大会"))
		o.confirmed(o.meeting(i, 40, title+"上季党员大会"))
		o.draft(o.meeting(i, 2, title+"党员大会草稿"))
		o.issue(fmt.Sprintf("secretary%d", i+1), "quarter-summary", "quarter_summary", report.Request{})
		o.issue(fmt.Sprintf("secretary%d", i+1), "member-ledger", "member_ledger", report.Request{})
	}
	mine := o.make(branchOf(o, 1), "乙支部", "probationer", "leader2")
	theirs := o.make(branchOf(o, 0), "甲支部", "member1", "chief")
	theirs.issue = o.issue("secretary1", "member-ledger", "member_ledger", report.Request{})
	o.issue("office", "quarter-summary", "quarter_summary", report.Request{}) // of the whole unit
	mine = o.turn(mine, "乙支部", "probationer", "probationer", 1, "head", "leader2")
	theirs = o.turn(theirs, "甲支部", "member1", "member1", 0, "deputy", "leader1")
	both := map[string]things{"mine": mine, "theirs": theirs}
	o.candidates(both, "mine", "theirs")
	mine, theirs = both["mine"], both["theirs"]
	o.founded("2026-01-01")
	mine = o.scheduled(mine, "probationer", "secretary2", "probationer", "secretary2")
	theirs = o.scheduled(theirs, "member1", "secretary1", "member1", "secretary1")
	both = map[string]things{"mine": mine, "theirs": theirs}
	o.arranged(both)
	mine, theirs = both["mine"], both["theirs"]
	for i := range 2 {
		for kind, resource := range map[string]string{"talk-coverage": "talk_coverage", "meeting-statistics": "meeting_statistics"} {
			o.issue(fmt.Sprintf("secretary%d", i+1), kind, resource, report.Request{})
		}
	}
	feed := "/api/calendar/" + o.subscribes("secretary2", true) + ".ics"
	first, second := s.signIn("secretary1"), s.signIn("secretary2")

	secret := []string{"甲支部", theirs.record.ID.String(), theirs.draft.ID.String(), theirs.issue.String(),
		theirs.circle.submitted.ID.String(), theirs.circle.notice.String(), theirs.circle.objection.String(), theirs.circle.nominee.id.String()}
	secret = append(secret, theirs.calendars.secrets()...)
	for _, key := range o.Keys() {
		if o.Actor(key).Branch == o.Branches[0].ID {
			secret = append(secret, o.Person(key).String(), o.Actor(key).Name)
		}
	}
	var seen strings.Builder
	for _, path := range append(append(everythingOf(o, theirs, o.Branches[0]), schedulesOf(o, theirs, o.Branches[0])...), feed) {
		a := s.get(second, path)
		if a.status >= 400 && a.status != 404 && a.status != 422 {
			t.Errorf("%s: %s", path, a)
		}
		text := readable(t, a)
		for _, word := range secret {
			if strings.Contains(text, word) {
				t.Errorf("%s shows %s of the other branch: %.300s", path, word, text)
			}
		}
		seen.WriteString(readable(t, s.get(first, path)))
	}
	for _, word := range secret { // the net would catch something
		if !strings.Contains(seen.String(), word) {
			t.Errorf("the branch's own secretary does not see %s either", word)
		}
	}
	// Issued in their own branch: every workbook that is offered is theirs alone.
	var issues struct{ Items []struct{ ID uuid.UUID } }
	s.get(second, "/api/reports/issues?limit=200").into(t, &issues)
	if len(issues.Items) < 2 {
		t.Errorf("%d issues for the second branch", len(issues.Items))
	}
	for _, i := range issues.Items {
		text := readable(t, s.get(second, "/api/reports/issues/"+i.ID.String()+"/file"))
		for _, word := range secret {
			if strings.Contains(text, word) {
				t.Errorf("issue %s shows %s", i.ID, word)
			}
		}
	}
	type door struct{ path, own, foreign string }
	cases := []door{
		{"/api/people/%s", mine.person.String(), theirs.person.String()},
		{"/api/people/%s/phone", mine.person.String(), theirs.person.String()},
		{"/api/activities/%s", mine.record.ID.String(), theirs.record.ID.String()},
		{"/api/activities/%s", mine.draft.ID.String(), theirs.draft.ID.String()},
		{"/api/activities/%s?version=1", mine.record.ID.String(), theirs.record.ID.String()},
		{"/api/activities/" + mine.record.ID.String() + "/attachments/%s", mine.recordFile.String(), theirs.recordFile.String()},
		{"/api/ledgers/%s", mine.person.String(), theirs.person.String()},
		{"/api/ledgers/%s/entries", mine.person.String(), theirs.person.String()},
		{"/api/points/entries/%s", mine.entry.String(), theirs.entry.String()},
		{"/api/claims/%s", mine.circle.submitted.ID.String(), theirs.circle.submitted.ID.String()},
		{"/api/claims/" + mine.circle.submitted.ID.String() + "/evidence/%s", mine.circle.submittedFile.String(), theirs.circle.submittedFile.String()},
		{"/api/notices/%s", mine.circle.notice.String(), theirs.circle.notice.String()},
		{"/api/notices/%s/sheet.xlsx", mine.circle.notice.String(), theirs.circle.notice.String()},
		{"/api/objections/%s/meetings", mine.circle.objection.String(), theirs.circle.objection.String()},
		{"/api/selections/" + mine.circle.whom.String() + "/candidates/%s", mine.circle.nominee.id.String(), theirs.circle.nominee.id.String()},
		{"/api/ledgers/%s/statements/2026-11", mine.person.String(), theirs.person.String()},
		{"/api/reports/annual-summary?quarter=2026Q3&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/pennant?quarter=2026Q3&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/issues/%s/file", mine.issueOrAny(issues.Items[0].ID), theirs.issue.String()},
		{"/api/reports/quarter-summary?quarter=2026Q4&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/member-ledger?quarter=2026Q4&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/member-ledger?quarter=2026Q4&person=%s", mine.person.String(), theirs.person.String()},
		{"/api/activities/suggest?kind=seminar&organiser_kind=branch&date=2026-11-18&organiser_id=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
	}
	for _, d := range doors(o, mine.calendars, theirs.calendars) {
		cases = append(cases, door{d[0], d[1], d[2]})
	}
	for _, c := range cases {
		if a := s.get(second, fmt.Sprintf(c.path, c.own)); a.status != 200 {
			t.Errorf("own %s: %s", c.path, a)
		}
		a := s.get(second, fmt.Sprintf(c.path, c.foreign))
		if _, err := a.problem(); err != nil || a.status != 404 {
			t.Errorf("foreign %s: %s %v", c.path, a, err)
		}
		nobody := db.NewID().String()
		if i := strings.Index(c.foreign, "owner_id="); i >= 0 {
			nobody = c.foreign[:i] + "owner_id=" + nobody
		}
		if nobodys := s.get(second, fmt.Sprintf(c.path, nobody)); message(nobodys) != message(a) {
			t.Errorf("%s tells a foreign id from none: %s and %s", c.path, a, nobodys)
		}
	}
	number := fmt.Sprint(theirs.circle.voucher)
	foreign := s.get(second, "/api/points/vouchers/"+number)
	if nobodys := s.get(second, "/api/points/vouchers/999999999"); foreign.status != 404 || message(nobodys) != strings.Replace(message(foreign), number, "999999999", 1) {
		t.Errorf("a foreign voucher number is told from none: %s and %s", foreign, nobodys)
	}
}

func (x things) issueOrAny(id uuid.UUID) string {
	if x.issue != uuid.Nil {
		id = x.issue
	}
	return id.String()
}

func message(a answer) string {
	p, _ := a.problem()
	return fmt.Sprint(p.Status, p.Code, p.Detail)
}

// pages reads the ids of a list, page after page.
func (s *site) pages(t *testing.T, cookie, path, id string) []string {
	t.Helper()
	var out []string
	for cursor, n := "", 0; ; n++ {
		var page struct {
			Items []map[string]any
			Next  string
		}
		s.get(cookie, path+"&limit=3&cursor="+url.QueryEscape(cursor)).into(t, &page)
		for _, item := range page.Items {
			out = append(out, item[id].(string))
		}
		if cursor = page.Next; cursor == "" || n > 100 {
			return out
		}
	}
}

// Lists and details agree: for random grants and rows the list shows exactly what
// the detail opens.
func TestListEqualsDetail(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	r := rand.New(rand.NewPCG(7, 11))
	var records []uuid.UUID
	keys := o.Keys()[:12]
	places := []activity.OrganiserRef{{Kind: "unit"}}
	for i := range 2 {
		places = append(places, activity.OrganiserRef{Kind: "department", ID: o.Departments[i].ID}, branchOf(o, i))
		for j := range 2 {
			places = append(places, activity.OrganiserRef{Kind: "group", ID: o.Groups[i][j].ID})
		}
	}
	for i, place := range append(places, places...) {
		came := []string{keys[r.IntN(12)]}
		if other := keys[r.IntN(12)]; other != came[0] {
			came = append(came, other)
		}
		record := o.salon(place, fmt.Sprint("读书会", i), came...)
		record.OverlapAnswer = "先后到场"
		saved, _ := o.draft(record)
		records = append(records, saved.ID)
		if i%3 == 0 {
			continue
		}
		by, scope := o.as("office", "activity", "confirm")
		saved, err := o.app.Activities.Confirm(t.Context(), by, scope, saved.ID, activity.Confirmation{RowVersion: saved.RowVersion})
		must(t, err)
		if i%3 == 1 {
			_, err = o.app.Activities.Amend(t.Context(), by, scope, saved.ID, "补录")
			must(t, err)
		}
	}
	issues := []uuid.UUID{o.issue("office", "quarter-summary", "quarter_summary", report.Request{})}
	for i := range 2 {
		issues = append(issues, o.issue(fmt.Sprintf("secretary%d", i+1), "quarter-summary", "quarter_summary", report.Request{}))
	}
	for _, key := range keys[:11] {
		issues = append(issues, o.issue("office", "member-ledger", "member_ledger", report.Request{Person: o.Person(key)}))
	}
	circle := o.listed()
	records = append(records, circle.meetings...)
	talks, plans := o.conversations(keys[:11])
	quarterlies := o.quarterlies()
	cookie := s.signIn("member1")
	me := o.Person("member1")
	for round := range 12 {
		must(t, grantAtRandom(t, o, r, me))
		for _, c := range []struct {
			list, id, detail string
			all              []uuid.UUID
		}{
			{"/api/activities?", "id", "/api/activities/%s", records},
			{"/api/people?state=all", "id", "/api/people/%s", o.people(keys)},
			{"/api/ledgers?quarter=2026Q4", "person_id", "/api/ledgers/%s?quarter=2026Q4", o.people(keys[:11])},
			{"/api/reports/issues?", "id", "/api/reports/issues/%s/file", issues},
			{"/api/claims?", "id", "/api/claims/%s", circle.claims},
			{"/api/notices?", "id", "/api/notices/%s", circle.notices},
			{"/api/selections?", "id", "/api/selections/%s", circle.selections},
			{"/api/selections/" + circle.selections[0].String() + "/candidates?", "id", "/api/selections/" + circle.selections[0].String() + "/candidates/%s", circle.candidates},
			{"/api/honours?", "id", "/api/honours/%s", circle.honours},
			{"/api/objections?state=all", "id", "/api/objections/%s/meetings", circle.objections},
			{"/api/talks?" + allStates, "id", "/api/talks/%s", talks},
			{"/api/talk-plans?", "id", "/api/talk-plans/%s", plans},
			{"/api/duty-plans?quarter=2026Q4", "branch_id", "/api/duty-plans/%s/2026Q4", quarterlies},
		} {
			var listed []string
			if a := s.get(cookie, c.list); a.status == 200 {
				listed = s.pages(t, cookie, c.list, c.id)
			}
			for _, id := range c.all {
				a := s.get(cookie, fmt.Sprintf(c.detail, id))
				if opens := a.status == 200; opens != slices.Contains(listed, id.String()) {
					t.Fatalf("round %d: %s lists %v, but the detail of %s answers %d", round, c.list, listed, id, a.status)
				}
			}
			for _, id := range listed {
				if !slices.Contains(c.all, uuid.MustParse(id)) {
					t.Fatalf("round %d: %s lists %s, which is none of them", round, c.list, id)
				}
			}
		}
	}
}

// listed is what the lists of the circle may show: claims in every state and for
// everybody, notices of branches and of the whole office, objections, selections.
type listed struct {
	claims, notices, objections, selections, candidates, honours, meetings []uuid.UUID
}

func (o *office) listed() listed {
	o.t.Helper()
	o.closable()
	for i, key := range o.Keys()[:11] {
		if i%2 == 0 {
			o.claims(key, o.clean(key, "起草中"))
		}
		o.submits(key, o.clean(key, "待核实"))
	}
	o.claims("leader1", o.clean("chief", "组长代拟"))
	o.turn(things{person: o.Person("deputy")}, "甲", "deputy", "deputy", 0, "leader1", "member1")
	o.turn(things{person: o.Person("head")}, "乙", "head", "head", 1, "leader2", "probationer")
	o.selections(circle{})
	var l listed
	for _, q := range []struct {
		into *[]uuid.UUID
		of   string
	}{
		{&l.claims, "claim_claims"}, {&l.notices, "notice_notices"}, {&l.objections, "notice_objections"}, {&l.selections, "selection_selections"},
		{&l.honours, "selection_honours"},
	} {
		must(o.t, o.app.DB.NewRaw("SELECT id FROM "+q.of+" WHERE unit_id = ? ORDER BY id", o.Unit).Scan(o.t.Context(), q.into))
	}
	must(o.t, o.app.DB.NewRaw("SELECT record_id FROM activity_activities WHERE unit_id = ? AND kind = 'committee_meeting'", o.Unit).Scan(o.t.Context(), &l.meetings))
	must(o.t, o.app.DB.NewRaw("SELECT id FROM selection_candidates WHERE unit_id = ? AND selection_id = ?", o.Unit, l.selections[0]).Scan(o.t.Context(), &l.candidates))
	return l
}

func (o *office) people(keys []string) []uuid.UUID {
	out := make([]uuid.UUID, len(keys))
	for i, key := range keys {
		out[i] = o.Person(key)
	}
	return out
}

// grantAtRandom replaces a person's grants by up to three of any kind and place.
func grantAtRandom(t *testing.T, o *office, r *rand.Rand, person uuid.UUID) error {
	if _, err := o.app.DB.NewRaw(`UPDATE access_grants SET ended_at = now() WHERE unit_id = ? AND person_id = ? AND ended_at IS NULL`, o.Unit, person).Exec(t.Context()); err != nil {
		return err
	}
	for range r.IntN(4) {
		role := access.Roles()[r.IntN(8)] // an auditor may be nothing else
		var place any
		switch role.Place {
		case "department":
			place = o.Departments[r.IntN(2)].ID
		case "branch":
			place = o.Branches[r.IntN(2)].ID
		case "group":
			place = o.Groups[r.IntN(2)][r.IntN(2)].ID
		}
		if _, err := o.app.DB.NewRaw(`INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, place_id, valid_from)
			VALUES (?, ?, ?, ?, ?, ?, '2026-01-01') ON CONFLICT DO NOTHING`, o.Unit, db.NewID(), person, role.Code, role.Place, place).Exec(t.Context()); err != nil {
			return err
		}
	}
	return nil
}
