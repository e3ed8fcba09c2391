package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
	"xianfeng/internal/sheet"
)

// maxLedgers bounds the worksheets of one workbook: more cannot be leafed through.
const maxLedgers = 300

// memberLedger is workbook 2, 个人积分台账: what was posted for a person in a
// quarter, in the order of posting; one worksheet for each person.
func memberLedger() Definition {
	return Definition{
		Kind: "member-ledger", Resource: "member_ledger", Name: "个人积分台账", Short: "个人台账",
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			people, err := standings(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			if len(people) > maxLedgers {
				return nil, fault.Field("branch", fmt.Sprintf("范围内有 %d 人，一本台账最多装订 %d 人，请选择一个党支部或一个人", len(people), maxLedgers))
			}
			if len(people) == 0 {
				if a.person != uuid.Nil {
					return nil, fault.Missing("人员")
				}
				p := tabulate(ledgerColumns(), nil, posting.opens)
				p.name, p.title, p.note = "个人积分台账", "个人积分台账", "本季没有应建台账的人员"
				return []page{p}, nil
			}
			lines, err := postings(ctx, tx, a, people)
			if err != nil {
				return nil, err
			}
			pages := make([]page, len(people))
			for i, s := range people {
				p := tabulate(ledgerColumns(), lines[s.Person], posting.opens)
				p.name, p.title, p.person = s.Name, "个人积分台账("+s.Name+")", s.Person
				p.place, p.note = s.BranchName+s.GroupName, s.remark(a.quarter, a.day)
				p.people, p.places = []uuid.UUID{s.Person}, placesOf(people[i:i+1])
				pages[i] = p
			}
			if len(pages) == 1 {
				pages[0].places[0].Person = pages[0].person
			}
			return pages, nil
		},
	}
}

// ledgerColumns are the columns of the workbook. 申报 is what was asked for, 核定
// what the caps left of it.
func ledgerColumns() []column[posting] {
	running := func(ref func(string) string) string { return running(ref("balance"), ref("points")) }
	return []column[posting]{
		{sheet.Column{Key: "no", Title: "序号", Kind: sheet.Int, Width: 6}, func(n int, _ posting) any { return n }},
		{sheet.Column{Key: "fact_on", Title: "日期", Kind: sheet.Date}, func(_ int, e posting) any { return e.FactOn }},
		{sheet.Column{Key: "category", Title: "类别", Width: 8, Align: sheet.Center}, func(_ int, e posting) any { return e.Dimension.Title() }},
		{sheet.Column{Key: "matter", Title: "事项", Width: 36}, func(_ int, e posting) any { return e.matter() }},
		{sheet.Column{Key: "clause", Title: "依据条款", Width: 30}, func(_ int, e posting) any { return e.clause() }},
		{sheet.Column{Key: "requested", Title: "申报", Kind: sheet.Points}, func(_ int, e posting) any { return e.Requested }},
		{sheet.Column{Key: "points", Title: "核定", Kind: sheet.Points, Total: true}, func(_ int, e posting) any { return e.Points }},
		{sheet.Column{Key: "verified_by", Title: "核实人", Width: 10, Align: sheet.Center}, func(_ int, e posting) any { return e.verifier() }},
		{sheet.Column{Key: "notice", Title: "公示起止", Width: 14, Align: sheet.Center}, func(_ int, e posting) any { return e.notice() }},
		{sheet.Column{Key: "voucher", Title: "凭证号", Kind: sheet.Int, Width: 10}, func(_ int, e posting) any { return e.Voucher }},
		{sheet.Column{Key: "balance", Title: "结余", Kind: sheet.Points, Width: 10, Formula: running}, func(_ int, e posting) any { return e.Balance }},
	}
}

// running adds a cell's points to the balance above it. N() takes the heading above
// the first line for nothing.
func running(balance, points string) string {
	var letters string
	var row int
	if n, err := fmt.Sscanf(splitRef(balance), "%s %d", &letters, &row); err != nil || n != 2 {
		return ""
	}
	return fmt.Sprintf("N(%s%d)+%s", letters, row-1, points)
}

// splitRef parts K12 into "K 12".
func splitRef(ref string) string {
	for i, c := range ref {
		if c >= '0' && c <= '9' {
			return ref[:i] + " " + ref[i:]
		}
	}
	return ref
}

// posting is one line of a ledger.
type posting struct {
	Person, ID        uuid.UUID
	FactOn            calendar.Date
	FactQuarter       calendar.Quarter
	PostQuarter       calendar.Quarter
	Dimension         points.Dimension
	Source            string
	Reason            string
	Rule, Clause      string
	Scheme            int // its version
	Requested, Points int
	CutBy             string
	Verifier          string
	Voucher           int64
	Balance           int
	// Of the public notice of a claim: its first and last day.
	NoticeFrom, NoticeTo calendar.Date
}

func (e posting) opens() opening { return opening{person: e.Person, entry: e.ID} }

// matter is 事项, with what explains its points: which cap cut them (rule 11), and
// which quarter a late fact belongs to (rule 14).
func (e posting) matter() string {
	s := e.Reason
	if e.CutBy != "" && e.Requested != e.Points {
		s += fmt.Sprintf("(核减 %s 分：%s)", points.Format(e.Requested-e.Points), e.CutBy)
	}
	if e.FactQuarter != e.PostQuarter {
		s += "(补记，属" + e.FactQuarter.Chinese() + ")"
	}
	return s
}

// clause is 依据条款; of a later version of the scheme it names the version, since
// an old entry keeps the one it was posted under (rule 12).
func (e posting) clause() string {
	s := strings.TrimSpace(e.Clause + " " + e.Rule)
	if e.Scheme > 1 {
		s += fmt.Sprintf("(第%d版)", e.Scheme)
	}
	return s
}

func (e posting) verifier() string {
	if e.Verifier == "" {
		return "系统"
	}
	return e.Verifier
}

// notice is 公示起止. Only what is claimed goes on public notice (rule 13).
func (e posting) notice() string {
	switch {
	case e.Source != points.SourceClaim:
		return "无需公示"
	case e.NoticeFrom.IsZero():
		return ""
	case e.NoticeFrom.Year != e.NoticeTo.Year:
		return e.NoticeFrom.Chinese() + "至" + e.NoticeTo.Chinese()
	}
	return monthDay(e.NoticeFrom) + "至" + monthDay(e.NoticeTo)
}
