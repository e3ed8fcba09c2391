package notice_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

func (o *office) list(key string, f notice.Filter) notice.Listed {
	o.t.Helper()
	out, err := o.svc.List(context.Background(), o.Actor(key), o.scope(key, "read"), f)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) read(key string, n notice.Notice, f notice.ItemFilter) (notice.Detail, error) {
	return o.svc.Read(context.Background(), o.Actor(key), o.scope(key, "read"), n.ID, f)
}

// Lists and details agree, and show no foreign branch's.
func TestScope(t *testing.T) {
	o := newOffice(t)
	first, _ := o.put("member1")
	second := o.claims("probationer")
	second.Branch, second.Items[0].Branch, second.Title = o.Branches[1].ID, o.Branches[1].ID, "第二支部公示"
	theirs, err := o.publish(second)
	if err != nil {
		t.Fatal(err)
	}
	everybody := o.claims("member1")
	everybody.Branch, everybody.Title = uuid.Nil, "全院公示"
	all, err := o.publish(everybody)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][]notice.Notice{
		"member1": {all, first}, "secretary1": {all, first}, "probationer": {all, theirs}, "secretary2": {all, theirs},
		"office": {all, theirs, first}, "chief": {all, theirs, first}, "staff": {all},
	} {
		got := o.list(key, notice.Filter{})
		if got.Total != len(want) || len(got.Items) != len(want) {
			t.Errorf("%s sees %d notices", key, len(got.Items))
		}
		for _, n := range []notice.Notice{first, theirs, all} {
			listed := false
			for _, it := range got.Items {
				listed = listed || it.ID == n.ID
			}
			_, err := o.read(key, n, notice.ItemFilter{})
			var b bytes.Buffer
			sheet := o.svc.Sheet(context.Background(), o.Actor(key), o.scope(key, "read"), n.ID, &b)
			if listed != (err == nil) || listed != (sheet == nil) || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %q listed %v, read %v, sheet %v", key, n.Title, listed, err, sheet)
			}
		}
	}
	for _, key := range []string{"sysadmin", "security", "auditor"} {
		if got := o.list(key, notice.Filter{}); got.Total != 0 {
			t.Errorf("%s sees business rows", key)
		}
	}
}

func TestList(t *testing.T) {
	o := newOffice(t)
	var ids []uuid.UUID
	for i := range 5 {
		o.setClock(noon.AddDate(0, 0, -30+i))
		n, _ := o.put("member1")
		ids = append(ids, n.ID)
	}
	o.setClock(noon)
	o.tick() // they are over
	running, _ := o.put("deputy")
	f := notice.Filter{Limit: 2}
	var seen []uuid.UUID
	for {
		page := o.list("member1", f)
		if page.Total != 6 {
			t.Errorf("total %d", page.Total)
		}
		for _, it := range page.Items {
			seen = append(seen, it.ID)
		}
		if f.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	if len(seen) != 6 || seen[0] != running.ID || seen[1] != ids[4] || seen[5] != ids[0] {
		t.Errorf("%v", seen)
	}
	got := o.list("member1", notice.Filter{State: notice.StateOpen}).Items
	if len(got) != 1 || !got[0].Running || got[0].DaysLeft != 5 || got[0].Items.Open != 1 || got[0].KindName != "积分申报" || got[0].PublishedBy != "柳青禾" {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]int{"加分": 6, "叶知秋": 5, "yzq": 5, "hechanglin": 1, "100%": 0, "_": 0} {
		if got := o.list("member1", notice.Filter{Text: text}); got.Total != want {
			t.Errorf("%q finds %d", text, got.Total)
		}
	}
	if got := o.list("office", notice.Filter{Branch: o.Branches[1].ID}); got.Total != 0 {
		t.Error("of another branch")
	}
	_, err := o.svc.List(context.Background(), o.Actor("member1"), o.scope("member1", "read"), notice.Filter{Cursor: "x"})
	refused(t, err, fault.Invalid, "")
}

// The objector's name is seen by themselves and by who may decide, and by nobody else:
// not by whom it is about, even where they sit on the committee.
func TestWhoSeesTheObjector(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	n, items := o.put("committee1", "member1")
	o.mustObject("chief", n, items[0])
	o.mustObject("chief", n, items[1])
	for key, want := range map[string]struct{ mine, others int }{
		"chief": {2, 0}, "member1": {0, 0}, "leader1": {0, 0}, "deputy": {0, 0},
		"committee1": {0, 1}, "secretary1": {0, 0}, "office": {0, 2},
	} {
		d, err := o.read(key, n, notice.ItemFilter{})
		if err != nil || len(d.Mine) != want.mine || len(d.Others) != want.others || d.ToDecide != want.others {
			t.Errorf("%s: %d own, %d of others, %d to decide, %v", key, len(d.Mine), len(d.Others), d.ToDecide, err)
		}
		got, _, total, err := o.svc.Objections(ctx, o.Actor(key), o.scope(key, "decide"), notice.ObjectionFilter{})
		if err != nil || len(got) != want.others || total != want.others {
			t.Errorf("%s may decide %d, %v", key, len(got), err)
		}
		if o.list(key, notice.Filter{}).Items[0].ToDecide != want.others {
			t.Errorf("%s: the list counts otherwise", key)
		}
	}
	page, next, total, err := o.svc.Objections(ctx, o.Actor("office"), o.scope("office", "decide"), notice.ObjectionFilter{Limit: 1})
	if err != nil || len(page) != 1 || next == "" || total != 2 || page[0].Objector != "江远山" || !page[0].MayDecide {
		t.Errorf("%+v, %v", page, err)
	}
	rest, next, _, err := o.svc.Objections(ctx, o.Actor("office"), o.scope("office", "decide"), notice.ObjectionFilter{Limit: 1, Cursor: next})
	if err != nil || len(rest) != 1 || next != "" || rest[0].ID == page[0].ID {
		t.Errorf("%+v, %v", rest, err)
	}
}

func TestRead(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy", "chief")
	o.mustObject("leader1", n, items[1])
	d, err := o.read("leader1", n, notice.ItemFilter{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Lines) != 2 || d.Total != 3 || d.Next != "2" || !d.Lines[0].MayObject || d.Lines[1].MayObject || d.Lines[1].Disputed || d.MayCancel || d.Unsure ||
		!strings.Contains(d.Office, "第一党支部支委会") {
		t.Errorf("%+v", d)
	}
	d, err = o.read("leader1", n, notice.ItemFilter{Limit: 2, Cursor: d.Next})
	if err != nil || len(d.Lines) != 1 || d.Next != "" || d.Lines[0].ID != items[2].ID {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = o.read("leader1", n, notice.ItemFilter{Text: "贺长林"}); err != nil || d.Total != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	o.setClock(at("2026-05-28"))
	o.tick()
	d, err = o.read("office", n, notice.ItemFilter{})
	if err != nil || !d.Lines[1].Disputed || d.Lines[0].Outcome != notice.Passed || d.Lines[0].MayObject || !d.MayCancel || d.Running {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestSheet(t *testing.T) {
	o := newOffice(t)
	n, _ := o.put("member1", "deputy")
	var b bytes.Buffer
	if err := o.svc.Sheet(context.Background(), o.Actor("member1"), o.scope("member1", "read"), n.ID, &b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("公示表")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, r := range rows {
		text += strings.Join(r, "|") + "\n"
	}
	for _, want := range []string{"5月加分公示", "公示期:2026年5月20日至2026年5月27日", "异议受理：第一党支部支委会", "序号|姓名|事项|分值", "1|叶知秋|区级表彰|2.00", "2|贺长林", "行校验码"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, not := range []string{"编号", "合计"} {
		if strings.Contains(text, not) {
			t.Errorf("%q in\n%s", not, text)
		}
	}
}
