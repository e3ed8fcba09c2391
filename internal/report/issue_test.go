package report

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

func (o *office) numbers(key string, f IssueFilter) string {
	o.t.Helper()
	var all []string
	for {
		items, next, err := o.svc.Issues(context.Background(), o.Actor(key), f)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, i := range items {
			all = append(all, i.Number)
		}
		if f.Cursor = next; next == "" {
			return strings.Join(all, " ")
		}
	}
}

func TestIssuedTwiceTheSameBytes(t *testing.T) {
	o := lively(t)
	i := o.mustIssue("secretary1", summary)
	before, err := o.download("secretary1", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	o.meeting("2026-09-18", []string{"secretary1", "member1"}, nil)
	o.exec("UPDATE org_people SET name = '改名' WHERE id = ?", o.Person("member1"))
	after, err := o.download("secretary1", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) || int64(len(after)) != i.Size {
		t.Error("the issue changed with the ledger")
	}
	if again := o.mustIssue("secretary1", summary); again.Checksum == i.Checksum || again.Heads == i.Heads || again.Number == i.Number {
		t.Errorf("a new issue like the old: %+v", again)
	}
	var n int
	o.scan(`SELECT count(*) FROM audit_entries WHERE object = 'report' AND object_id = ? AND action IN ('report.issue', 'report.download')`, []any{i.ID}, &n)
	if n != 3 {
		t.Errorf("%d audit rows of one issue and two downloads", n)
	}
}

func TestForeignSecretarySeesNothing(t *testing.T) {
	o := lively(t)
	p := o.mustPreview("secretary2", summary)
	if p.RowsCount != 5 {
		t.Errorf("%d rows of branch 2", p.RowsCount)
	}
	for name, r := range o.byName(p) {
		if r["branch"] != "第二党支部" {
			t.Errorf("foreign row: %s %v", name, r)
		}
	}
	if !strings.Contains(p.ScopeNote, "只列出制表人权限范围内的数据：第二党支部") {
		t.Errorf("scope note: %q", p.ScopeNote)
	}
	for _, r := range []Request{
		{Kind: "quarter-summary", Quarter: q3, Branch: o.Branches[0].ID.String()},
		{Kind: "quarter-summary", Quarter: q3, Branch: o.Branches[0].Name},
		{Kind: "member-ledger", Quarter: q3, Branch: o.Branches[0].Name},
		{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")},
		{Kind: "member-ledger", Quarter: q3, Person: uuid.New()},
	} {
		if _, err := o.preview("secretary2", r); !fault.Is(err, fault.NotFound) {
			t.Errorf("preview %+v: %v", r, err)
		}
		if _, err := o.issue("secretary2", r); !fault.Is(err, fault.NotFound) {
			t.Errorf("issue %+v: %v", r, err)
		}
	}
	for _, name := range []string{"member1", "committee1", "auditor"} { // no such permission
		if _, err := o.policy.Decide(o.Actor(name), quarterSummary().Read()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIssuesGoByScope(t *testing.T) {
	o := lively(t)
	whole := o.mustIssue("chief", summary)
	one := o.mustIssue("secretary1", summary)
	byOffice := o.mustIssue("office", Request{Kind: "quarter-summary", Quarter: q3, Branch: o.Branches[0].Name})
	two := o.mustIssue("secretary2", summary)
	own := o.mustIssue("member1", Request{Kind: "member-ledger", Quarter: q3})
	ledgers := o.mustIssue("secretary2", Request{Kind: "member-ledger", Quarter: q3})
	empty := o.mustIssue("office", Request{Kind: "quarter-summary", Quarter: calendar.Quarter{Year: 2019, Q: 1}})

	all := map[string]uuid.UUID{"whole": whole.ID, "one": one.ID, "byOffice": byOffice.ID, "two": two.ID, "own": own.ID, "ledgers": ledgers.ID, "empty": empty.ID}
	may := map[string]string{
		"chief": "whole one byOffice two own ledgers empty", "office": "whole one byOffice two own ledgers empty",
		"secretary1": "one byOffice own", "secretary2": "two ledgers", "member1": "own",
		"leader1": "", "probationer": "", "sysadmin": "", "auditor": "",
	}
	for key, list := range may {
		listed := o.numbers(key, IssueFilter{Limit: 2})
		for name, id := range all {
			want := strings.Contains(" "+list+" ", " "+name+" ")
			_, err := o.download(key, id)
			if (err == nil) != want || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens %s: %v, want %v", key, name, err, want)
			}
			var number string
			o.scan("SELECT number FROM report_issues WHERE id = ?", []any{id}, &number)
			if strings.Contains(listed, number) != want {
				t.Errorf("%s lists %s: %v", key, name, !want)
			}
		}
	}
	if got := o.numbers("chief", IssueFilter{Kind: "member-ledger", Quarter: q3}); got != ledgers.Number+" "+own.Number {
		t.Errorf("filtered: %s", got)
	}
	if got := o.numbers("chief", IssueFilter{Quarter: q2}); got != "" {
		t.Errorf("another quarter: %s", got)
	}
	if own.PersonID == nil || *own.PersonID != o.Person("member1") || own.PersonName != "叶知秋" || own.Rows != 3 || own.ScopeNote != "只列出本人的数据" {
		t.Errorf("own: %+v", own)
	}
	// Who lost the branch lost its issues.
	o.exec("UPDATE access_grants SET ended_at = now() WHERE person_id = ? AND role = 'branch_secretary'", o.Person("secretary1"))
	a := o.Actor("secretary1")
	a.Grants = a.Grants[:1]
	if _, _, err := o.svc.OpenIssue(context.Background(), a, one.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the grant ended: %v", err)
	}
	if _, _, err := o.svc.OpenIssue(context.Background(), access.Actor{Unit: uuid.New(), Account: uuid.New(), Grants: o.Actor("chief").Grants}, whole.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another office: %v", err)
	}
}

func TestCorrectionNamesTheOld(t *testing.T) {
	o := lively(t)
	old := o.mustIssue("secretary1", summary)
	r := summary
	r.Replaces = old.ID
	if _, err := o.issue("secretary2", r); !fault.Is(err, fault.NotFound) {
		t.Errorf("a foreign issue corrected: %v", err)
	}
	wrong := r
	wrong.Quarter = q2
	if _, err := o.issue("secretary1", wrong); !fault.Is(err, fault.Invalid) {
		t.Errorf("an issue of another quarter corrected: %v", err)
	}
	next := o.mustIssue("secretary1", r)
	if next.Replaces == nil || next.Replaces.Number != old.Number {
		t.Fatalf("%+v", next)
	}
	rows := o.workbook("secretary1", next.ID).rows()
	if last := strings.Join(rows[len(rows)-1], ""); !strings.Contains(last, next.Number+"（更正 "+old.Number+"）") {
		t.Errorf("last line: %q", last)
	}
	items, _, err := o.svc.Issues(context.Background(), o.Actor("secretary1"), IssueFilter{})
	if err != nil || len(items) != 2 || items[1].ReplacedBy == nil || items[1].ReplacedBy.ID != next.ID || items[0].Replaces.ID != old.ID {
		t.Errorf("list: %+v %v", items, err)
	}
	if _, err := o.issue("secretary1", r); !fault.Is(err, fault.Conflict) {
		t.Errorf("corrected twice: %v", err)
	}
}

func TestCorrectedAtOnce(t *testing.T) {
	o := lively(t)
	r := summary
	r.Replaces = o.mustIssue("secretary1", summary).ID
	by, scope := o.Actor("secretary1"), o.scope("secretary1", quarterSummary().Issue())
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for n := range errs {
		wg.Go(func() { _, errs[n] = o.svc.Issue(context.Background(), by, scope, r) })
	}
	wg.Wait()
	ok := 0
	for _, err := range errs {
		switch {
		case err == nil:
			ok++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	if ok != 1 {
		t.Errorf("%d corrections of one issue", ok)
	}
}

func TestGenerateWritesTheIssue(t *testing.T) {
	o := lively(t)
	var out bytes.Buffer
	i, err := o.svc.Generate(context.Background(), o.Actor("office"), access.System(o.Unit), Request{Kind: "quarter-summary", Quarter: q3, Branch: "第一党支部"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := o.download("chief", i.ID)
	if err != nil || !bytes.Equal(kept, out.Bytes()) {
		t.Errorf("the file written is not the one kept: %v", err)
	}
	if _, err := o.svc.Generate(context.Background(), o.Actor("office"), access.System(o.Unit), Request{Kind: "horoscope", Quarter: q3}, &out); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := o.svc.Generate(context.Background(), o.Actor("office"), access.Scope{}, summary, &out); err == nil {
		t.Error("the zero scope got a report")
	}
}

func TestOffered(t *testing.T) {
	o := lively(t)
	for key, want := range map[string]string{
		"chief":      "quarter-summary:2:true member-ledger:2:true pennant:2:true meeting-statistics:2:true talk-coverage:2:true volunteer-service:2:true volunteer-year:2:true mentor-pairs:2:true taskforces:2:true annual-summary:2:true",
		"secretary1": "quarter-summary:1:true member-ledger:1:true pennant:1:true meeting-statistics:1:true talk-coverage:1:true volunteer-service:1:true volunteer-year:1:true annual-summary:1:true",
		"member1":    "member-ledger:1:true", "auditor": "",
	} {
		of, err := o.svc.Offered(context.Background(), o.Actor(key))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range of.Kinds {
			got = append(got, k.Kind+":"+string(rune('0'+len(k.Branches)))+":"+map[bool]string{true: "true", false: "false"}[k.CanIssue])
		}
		if strings.Join(got, " ") != want || len(of.Quarters) != 2 || of.Quarters[0] != q3 {
			t.Errorf("%s: %v %v", key, got, of.Quarters)
		}
	}
}
