package taskforce

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

func (c *camp) homes() map[uuid.UUID]org.Placement {
	c.t.Helper()
	var all []uuid.UUID
	for _, key := range c.Keys() {
		all = append(all, c.Person(key))
	}
	out, err := org.Placements(bg, c.db, c.Unit, on("2026-05-20"), all)
	c.ok(err)
	return out
}

func TestConclusion(t *testing.T) {
	c := newCamp(t)
	before := c.homes()
	c.exec(`INSERT INTO taskforce_tasks (unit_id, id, taskforce_id, title, owner_id, due_on, created_by, created_at, updated_at) VALUES (?, ?, ?, '走访医院', ?, '2026-04-01', ?, now(), now())`,
		c.Unit, db.NewID(), c.id, c.Person("member1"), c.Person("secretary1"))
	c.exec(`INSERT INTO taskforce_outsiders (unit_id, id, taskforce_id, name, partner, valid_from) VALUES (?, ?, ?, '陈警官', '区公安分局', '2026-03-01')`, c.Unit, db.NewID(), c.id)
	c.refused(c.conclude("secretary1", "2026-05-19"), fault.RuleBroken, "走访医院")
	c.exec(`UPDATE taskforce_tasks SET state = 'done', done_on = '2026-04-01'`)
	c.refused(c.conclude("secretary1", "2026-05-21"), fault.Invalid, "晚于今天")
	c.refused(c.conclude("secretary1", "2026-02-01"), fault.Invalid, "早于成立")
	c.held("后来的活动", "2026-05-20", "", "member1")
	c.refused(c.conclude("secretary1", "2026-05-19"), fault.Invalid, "后来的活动")
	for _, key := range []string{"member1", "leader2"} {
		c.refused(c.conclude(key, "2026-05-20"), fault.NotFound, "")
	}
	by, scope := c.as("secretary1", need("conclude"))
	_, err := c.svc.Conclude(bg, by, scope, c.id, Conclusion{on("2026-05-20"), "总结", c.version() + 1})
	c.refused(err, fault.Conflict, "刷新")

	// Two at once: it ends once.
	var wait sync.WaitGroup
	errs, v := make([]error, 2), c.version()
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = c.svc.Conclude(bg, by, scope, c.id, Conclusion{on("2026-05-20"), "总结", v})
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v, %v", errs[0], errs[1])
	}
	if n := c.count(`SELECT count(*) FROM org_secondments WHERE valid_to = '2026-05-20'`); n != 3 {
		t.Errorf("%d secondments ended", n)
	}
	if n := c.count(`SELECT count(*) FROM taskforce_outsiders WHERE valid_to = '2026-05-20'`); n != 1 {
		t.Errorf("%d outsiders ended", n)
	}
	after := c.homes()
	for id, p := range before {
		if after[id] != p {
			t.Errorf("%s moved from %+v to %+v", p.Name, p, after[id])
		}
	}
	// The day after nobody of it reads it any more.
	c.now = c.now.AddDate(0, 0, 1)
	by, scope = c.as("member1", need("read"))
	_, err = c.svc.Timeline(bg, by, scope, c.id, "", 10)
	c.refused(err, fault.NotFound, "")
}

func TestAppraisals(t *testing.T) {
	c := newCamp(t)
	c.refused(c.appraise("office", c.item("member1", Good)), fault.RuleBroken, "结项")
	c.ok(c.conclude("secretary1", "2026-05-20"))
	c.refused(c.appraise("secretary1", c.item("secretary1", Good)), fault.RuleBroken, "回避")
	c.refused(c.appraise("office", c.item("leader1", Good)), fault.Invalid, "没有参加")
	c.refused(c.appraise("office", c.item("member1", "best")), fault.Invalid, "等次")
	c.refused(c.appraise("member1", c.item("secretary2", Good)), fault.NotFound, "")
	c.ok(c.appraise("secretary1", c.item("member1", Excellent), c.item("secretary2", Good))) // on its last day
	c.refused(c.appraise("office", c.item("secretary1", Good), c.item("member1", Good)), fault.Conflict, "叶知秋")
	if n := c.count(`SELECT count(*) FROM taskforce_appraisals`); n != 2 {
		t.Errorf("%d appraisals: all or none", n)
	}
	c.ok(c.appraise("office", c.item("secretary1", Fair)))
	c.now = c.now.AddDate(0, 0, 1)

	list := func(key string, f AppraisalFilter) Appraisals {
		by, scope := c.as(key, needAppraisal("read"))
		f.Limit = 10
		out, err := c.svc.Appraisals(bg, by, scope, f)
		c.ok(err)
		return out
	}
	for key, want := range map[string]int{"office": 3, "secretary1": 2, "secretary2": 1, "member1": 1, "leader2": 0, "staff": 0} {
		if got := list(key, AppraisalFilter{}); got.Total != want || len(got.Items) != want {
			t.Errorf("%s sees %d of %d", key, len(got.Items), got.Total)
		}
	}
	mine := list("member1", AppraisalFilter{Mine: true}).Items[0]
	if mine.Grade != Excellent || mine.BranchName != "第一党支部" || mine.CanReceive || mine.From != on("2026-03-01") || mine.To != on("2026-05-20") ||
		!strings.HasPrefix(mine.Number, "鉴〔2026〕") {
		t.Errorf("%+v", mine)
	}
	receive := func(key string) error {
		by, scope := c.as(key, needAppraisal("receive"))
		_, err := c.svc.Receive(bg, by, scope, mine.ID)
		return err
	}
	for _, key := range []string{"secretary2", "member1", "leader1"} {
		c.refused(receive(key), fault.NotFound, "")
	}
	if got := list("secretary1", AppraisalFilter{Unreceived: true}); got.Total != 2 || !got.Items[0].CanReceive {
		t.Errorf("%+v", got)
	}
	c.ok(receive("secretary1"))
	c.refused(receive("office"), fault.Conflict, "白一帆")
	if got := list("secretary1", AppraisalFilter{Unreceived: true}); got.Total != 1 {
		t.Errorf("%+v", got)
	}
	by, scope := c.as("secretary2", needAppraisal("read"))
	lines, err := c.svc.ServedIn(bg, by, scope, c.id)
	if err != nil || len(lines) != 1 || lines[0].Person.Name != "唐文静" {
		t.Errorf("%+v %v", lines, err)
	}
	by, scope = c.as("leader2", needAppraisal("read"))
	_, err = c.svc.ServedIn(bg, by, scope, c.id)
	c.refused(err, fault.NotFound, "")
}

func (c *camp) bundle(key string) (string, []byte) {
	c.t.Helper()
	by, scope := c.as(key, need("read"))
	name, body, err := c.svc.Bundle(bg, by, scope, c.id)
	c.ok(err)
	defer func() { _ = body.Close() }()
	b, err := io.ReadAll(body)
	c.ok(err)
	return name, b
}

// ready concludes the taskforce with evidence of hostile names at every place.
func (c *camp) ready() {
	c.t.Helper()
	o := c.mustAchieve("member1", "joint_document", "../../会签意见:一", 6)
	by, scope := c.as("member1", need("log"))
	note, err := c.svc.WriteNote(bg, by, scope, c.id, on("2026-04-11"), "联席会")
	c.ok(err)
	for i, in := range []FileInput{{Name: "批复.pdf"}, {Name: "CON.pdf"}, {Name: "意见.pdf", Outcome: o.ID}, {Name: "意见.pdf", Outcome: o.ID}, {Name: "合影.pdf", Note: note.ID}} {
		_, err := c.svc.AddFile(bg, by, scope, c.id, in, strings.NewReader("%PDF-1.7 "+strings.Repeat("x", i)))
		c.ok(err)
	}
	c.held("联席/会议", "2026-04-20", "..\\../签到\n表`rm -rf ~`.pdf", "secretary1", "member1")
	c.held("走访", "2026-04-21", ".pdf", "member1")
	c.ok(c.conclude("secretary1", "2026-05-20"))
}

func TestArchive(t *testing.T) {
	c := newCamp(t)
	c.refused(c.archiveIt("office"), fault.RuleBroken, "没有结项")
	c.ready()
	c.refused(c.archiveIt("office"), fault.RuleBroken, "没有写鉴定")
	c.ok(c.appraise("office", c.item("secretary1", Good), c.item("secretary2", Good), c.item("member1", Excellent)))
	c.refused(c.archiveIt("secretary1"), fault.NotFound, "")
	by, scope := c.as("office", need("read"))
	_, _, err := c.svc.Bundle(bg, by, scope, c.id)
	c.refused(err, fault.RuleBroken, "没有归档")
	c.ok(c.archiveIt("office"))
	c.refused(c.archiveIt("office"), fault.Conflict, "已经归档")

	// Whoever is told that they may have it gets it, and nobody else.
	got := map[bool]int{}
	for _, key := range []string{"office", "chief", "secretary1", "secretary2", "member1"} {
		by, scope := c.as(key, need("read"))
		d, err := c.svc.Detail(bg, by, scope, c.id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		c.ok(err)
		_, err = c.svc.Parts(bg, by, scope, c.id)
		told := slices.Contains(d.Taskforce.Can, "download")
		if got[told]++; told != (err == nil) {
			t.Errorf("%s is told %v and gets %v", key, told, err)
		}
	}
	if got[true] == 0 || got[false] == 0 {
		t.Errorf("nobody to compare: %v", got)
	}

	name, first := c.bundle("office")
	c.now = c.now.AddDate(0, 3, 0)
	_, second := c.bundle("chief")
	if name != "检卫行动党支部档案.zip" || !bytes.Equal(first, second) {
		t.Errorf("%s: %d and %d bytes", name, len(first), len(second))
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	c.ok(err)
	parts := map[string][]byte{}
	for _, f := range z.File {
		if f.Name != path.Clean(f.Name) || path.IsAbs(f.Name) || strings.ContainsAny(f.Name, "\\:*?\"<>|`~\n") || strings.Contains(f.Name, "..") {
			t.Errorf("unsafe: %q", f.Name)
		}
		if _, twice := parts[f.Name]; twice {
			t.Errorf("twice: %q", f.Name)
		}
		r, err := f.Open()
		c.ok(err)
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(parts) != 2+7+1 {
		t.Errorf("%d parts", len(parts))
	}
	lines := strings.Split(strings.TrimSpace(string(parts[sumsFile])), "\n")
	if len(lines) != len(parts)-1 {
		t.Errorf("%d sums", len(lines))
	}
	for _, l := range lines {
		sum, name, ok := strings.Cut(l, "  ")
		got := sha256.Sum256(parts[name])
		if !ok || hex.EncodeToString(got[:]) != sum || len(parts[name]) == 0 {
			t.Errorf("does not check: %s", l)
		}
	}
	var all strings.Builder
	for _, b := range []string{statusBook, activityBook} {
		book, err := sheet.Open(parts[b], sheet.DefaultLimits())
		c.ok(err)
		for _, name := range book.SheetNames() {
			for r, err := range book.Rows(name) {
				c.ok(err)
				for _, cell := range r.Cells {
					all.WriteString(cell.Text + "|")
				}
			}
		}
	}
	for _, want := range []string{"会签文件 6 份", "叶知秋", "优秀", "表现突出。", "联席/会议", "陈警官", "区公安分局", "完成了任务。", "第一党支部"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("the workbooks do not tell of %s", want)
		}
	}
	by, scope = c.as("office", need("read"))
	told, err := c.svc.Parts(bg, by, scope, c.id)
	if err != nil || len(told.Items) != 9 {
		t.Errorf("%+v %v", told, err)
	}
}

// The database itself keeps an archived taskforce as its bundle has it.
func TestArchivedIsFrozen(t *testing.T) {
	c := newCamp(t)
	c.ready()
	c.ok(c.appraise("office", c.item("secretary1", Good), c.item("secretary2", Good), c.item("member1", Excellent)))
	c.ok(c.archiveIt("office"))
	_, err := c.achieve("office", OutcomeInput{Kind: "article", Title: "文章", Quantity: 1, ReachedOn: on("2026-04-10")})
	c.refused(err, fault.RuleBroken, "已归档")
	by, scope := c.as("office", need("log"))
	_, err = c.svc.AddFile(bg, by, scope, c.id, FileInput{Name: "a.pdf"}, strings.NewReader("%PDF-1.7"))
	c.refused(err, fault.RuleBroken, "已归档")
	for _, text := range []string{
		`UPDATE taskforce_outcomes SET voided_by = recorded_by, voided_at = now(), void_reason = 'x'`,
		`UPDATE taskforce_notes SET struck_by = written_by, struck_at = now()`,
		`DELETE FROM taskforce_files`,
		`UPDATE taskforce_taskforces SET row_version = 9, purpose = 'x' WHERE id = ?0`,
		`INSERT INTO taskforce_notes (unit_id, id, taskforce_id, day, text, written_by, written_at) SELECT unit_id, gen_random_uuid(), taskforce_id, day, text, written_by, written_at FROM taskforce_notes`,
	} {
		err := db.Transact(bg, c.db, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw(text, c.id).Exec(ctx)
			return err
		})
		c.refused(err, fault.RuleBroken, "已归档")
	}
	for _, text := range []string{`UPDATE taskforce_archive_parts SET path = 'x'`, `DELETE FROM taskforce_archive_parts`, `UPDATE taskforce_appraisals SET grade = 'poor'`} {
		if _, err := c.db.NewRaw(text).Exec(bg); err == nil {
			t.Errorf("went through: %s", text)
		}
	}
	// Appraisals may still be received.
	var id uuid.UUID
	c.ok(c.db.NewRaw(`SELECT id FROM taskforce_appraisals WHERE person_id = ?`, c.Person("member1")).Scan(bg, &id))
	by, scope = c.as("secretary1", needAppraisal("receive"))
	_, err = c.svc.Receive(bg, by, scope, id)
	c.ok(err)
}

func TestSafeNames(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "etc_passwd", "a\u202egpj.exe": "agpj.exe", "  ": "未命名", "...": "未命名", "会 签\n意见": "会_签意见", "$(rm)": "(rm)", "\xff坏": "坏",
	} {
		if got := safeName(in, 40); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	parts := layOut([]evidence{{Name: "a.pdf", Folder: "综合"}, {Name: "a.pdf", Folder: "综合"}, {Name: strings.Repeat("很", 300) + ".pdf", Folder: "活动", Day: on("2026-04-01"), Of: "会/议"}})
	if parts[0].Path != "附件/综合/001_a.pdf" || parts[1].Path != "附件/综合/002_a.pdf" || !strings.HasPrefix(parts[2].Path, "附件/活动/001_2026-04-01_会_议_很") ||
		!strings.HasSuffix(parts[2].Path, ".pdf") {
		t.Errorf("%v", parts)
	}
}
