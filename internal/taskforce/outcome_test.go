package taskforce

import (
	"strings"
	"testing"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Sums equal the lists beside them, and what was voided counts nowhere.
func TestOutcomesSumUp(t *testing.T) {
	c := newCamp(t)
	c.mustAchieve("member1", "joint_document", "会签意见一", 4)
	c.mustAchieve("secretary1", "joint_document", "会签意见二", 2)
	wrong := c.mustAchieve("member1", "article", "登错的文章", 9)
	c.mustAchieve("office", "recovered", "欠薪", 41_200_000)
	by, scope := c.as("secretary2", need("log"))
	c.refused(c.svc.VoidOutcome(bg, by, scope, c.id, wrong.ID, "重复"), fault.Forbidden, "登记人")
	by, scope = c.as("member1", need("log"))
	c.refused(c.svc.VoidOutcome(bg, by, scope, c.id, wrong.ID, " "), fault.Invalid, "原因")
	c.ok(c.svc.VoidOutcome(bg, by, scope, c.id, wrong.ID, "登记重复"))
	c.refused(c.svc.VoidOutcome(bg, by, scope, c.id, wrong.ID, "登记重复"), fault.Conflict, "已经作废")

	by, scope = c.as("member1", need("read"))
	list, err := c.svc.Outcomes(bg, by, scope, c.id)
	c.ok(err)
	if len(list.Items) != 4 || sentence(list.Sums) != "会签文件 6 份；追索金额 412000.00 元" {
		t.Errorf("%d outcomes, %s", len(list.Items), sentence(list.Sums))
	}
	by, scope = c.as("office", need("read"))
	var items []Outcome
	cursor := ""
	for {
		page, err := c.svc.Register(bg, by, scope, OutcomeFilter{Year: 2026, Cursor: cursor, Limit: 2})
		c.ok(err)
		if page.Total != 3 || sentence(page.Sums) != sentence(list.Sums) {
			t.Errorf("total %d, %s", page.Total, sentence(page.Sums))
		}
		items = append(items, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	var sum int64
	for _, o := range items {
		if o.Kind == "joint_document" {
			sum += o.Quantity
		}
	}
	if len(items) != 3 || sum != 6 {
		t.Errorf("%d items of %d documents", len(items), sum)
	}
	for _, f := range []OutcomeFilter{{Year: 2025}, {Kind: "article"}, {Text: "没有"}, {Text: "%"}} {
		f.Limit = 10
		if page, err := c.svc.Register(bg, by, scope, f); err != nil || page.Total != 0 || len(page.Items) != 0 || len(page.Sums) != 0 {
			t.Errorf("%+v: %+v %v", f, page, err)
		}
	}
}

func TestOutcomeRules(t *testing.T) {
	c := newCamp(t)
	good := OutcomeInput{Kind: "article", Title: "文章", Quantity: 1, ReachedOn: on("2026-04-10")}
	for name, change := range map[string]func(*OutcomeInput){
		"数量":    func(in *OutcomeInput) { in.Quantity = 0 },
		"名称":    func(in *OutcomeInput) { in.Title = strings.Repeat("长", 101) },
		"晚于今天":  func(in *OutcomeInput) { in.ReachedOn = on("2026-05-21") },
		"早于成立":  func(in *OutcomeInput) { in.ReachedOn = on("2026-02-28") },
		"成果种类":  func(in *OutcomeInput) { in.Kind = "nothing" },
		"取得成果的": func(in *OutcomeInput) { in.ReachedOn = calendar.Date{} },
	} {
		in := good
		change(&in)
		_, err := c.achieve("member1", in)
		c.refused(err, fault.Invalid, name)
	}
	// Whoever is not in it finds nothing, and neither does somebody who was.
	for _, key := range []string{"member1", "leader2", "secretary2"} {
		if key == "member1" {
			c.exec(`UPDATE org_secondments SET valid_to = '2026-05-19' WHERE person_id = ?`, c.Person(key))
		}
		if key == "secretary2" {
			c.exec(`UPDATE org_secondments SET valid_to = '2026-05-19' WHERE person_id = ?`, c.Person(key))
		}
		_, err := c.achieve(key, good)
		c.refused(err, fault.NotFound, "")
		by, scope := c.as(key, need("read"))
		_, err = c.svc.Outcomes(bg, by, scope, c.id)
		c.refused(err, fault.NotFound, "")
		page, err := c.svc.Register(bg, by, scope, OutcomeFilter{Limit: 10})
		if err != nil || page.Total != 0 {
			t.Errorf("%s: %+v %v", key, page, err)
		}
	}
}

func TestFilesAndNotes(t *testing.T) {
	c := newCamp(t)
	o := c.mustAchieve("member1", "article", "文章", 1)
	by, scope := c.as("member1", need("log"))
	note, err := c.svc.WriteNote(bg, by, scope, c.id, on("2026-04-11"), " 第一次联席会 ")
	c.ok(err)
	if note.Text != "第一次联席会" {
		t.Errorf("%q", note.Text)
	}
	_, err = c.svc.WriteNote(bg, by, scope, c.id, on("2026-05-21"), "明天")
	c.refused(err, fault.Invalid, "晚于今天")
	add := func(in FileInput) (Attachment, error) {
		return c.svc.AddFile(bg, by, scope, c.id, in, strings.NewReader("%PDF-1.7"))
	}
	_, err = add(FileInput{Name: "a.pdf", Outcome: o.ID})
	c.ok(err)
	picture, err := add(FileInput{Name: "b.pdf", Note: note.ID, Caption: "合影"})
	c.ok(err)
	_, err = add(FileInput{Name: "c.pdf", Note: o.ID})
	c.refused(err, fault.NotFound, "")
	_, err = add(FileInput{Name: "c.exe"})
	c.refused(err, fault.Invalid, ".exe")

	reader, read := c.as("secretary2", need("read"))
	f, body, err := c.svc.OpenFile(bg, reader, read, c.id, picture.ID)
	c.ok(err)
	_ = body.Close()
	if f.Name != "b.pdf" {
		t.Errorf("%+v", f)
	}
	stranger, nothing := c.as("leader2", need("read"))
	_, _, err = c.svc.OpenFile(bg, stranger, nothing, c.id, picture.ID)
	c.refused(err, fault.NotFound, "")
	other, log := c.as("secretary2", need("log"))
	c.refused(c.svc.RemoveFile(bg, other, log, c.id, picture.ID), fault.Forbidden, "上传人")
	c.refused(c.svc.StrikeNote(bg, other, log, c.id, note.ID), fault.Forbidden, "写的人")

	c.held("联席会议", "2026-04-20", "", "secretary1", "member1")
	line, err := c.svc.Timeline(bg, by, read, c.id, "", 50)
	c.ok(err)
	var types []string
	for _, m := range line.Items {
		types = append(types, m.Type)
	}
	if got := strings.Join(types, " "); got != "activity note outcome joined started approved proposed" {
		t.Errorf("%s", got)
	}
	if m := line.Items[0]; m.People != 2 || m.Outsiders != 1 {
		t.Errorf("%+v", m)
	}
	if m := line.Items[1]; len(m.Files) != 1 || m.Files[0].Caption != "合影" || !m.CanStrike || m.Author.Name != "叶知秋" {
		t.Errorf("%+v", m)
	}
	if m := line.Items[3]; m.People != 3 || !strings.HasPrefix(m.Text, "白一帆（书记）、") {
		t.Errorf("%+v", m)
	}
	var paged []string
	for cursor := ""; ; {
		page, err := c.svc.Timeline(bg, by, read, c.id, cursor, 2)
		c.ok(err)
		for _, m := range page.Items {
			paged = append(paged, m.Type)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if strings.Join(paged, " ") != strings.Join(types, " ") {
		t.Errorf("page by page: %v", paged)
	}

	c.ok(c.svc.StrikeNote(bg, by, scope, c.id, note.ID))
	c.refused(c.svc.StrikeNote(bg, by, scope, c.id, note.ID), fault.Conflict, "已经撤回")
	c.ok(c.svc.RemoveFile(bg, by, scope, c.id, picture.ID))
	c.refused(c.svc.RemoveFile(bg, by, scope, c.id, picture.ID), fault.NotFound, "")
	if got, err := c.svc.Files(bg, by, read, c.id); err != nil || len(got) != 1 || got[0].Outcome != o.ID {
		t.Errorf("%+v %v", got, err)
	}
}
