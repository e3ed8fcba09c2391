package points

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// signed is sign-in by name: the cookie holds the key of the office's person.
type signed struct{ o *office }

func (s signed) Actor(_ context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return s.o.Actor(token), nil
}

type client struct {
	*office
	server *httpd.Server
}

func newClient(t *testing.T) client {
	t.Helper()
	o := newOffice(t)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := httpd.New(httpd.Config{Version: "test", Log: log}, o.db, httpd.NewGuard(o.db, signed{o}, o.svc.policy, log))
	if err != nil {
		t.Fatal(err)
	}
	Mount(s.API, o.svc)
	return client{o, s}
}

// do sends a request and wants a status; into takes the answer where it is not nil.
func (c client) do(as, method, path, body, key string, want int, into any) string {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", httpd.CookieName+"="+as)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.server.Fiber.Test(r, 30_000)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != want {
		c.t.Errorf("%s %s as %s: %d, want %d: %s", method, path, as, resp.StatusCode, want, text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			c.t.Errorf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return string(text)
}

func TestRoutes(t *testing.T) {
	c := newClient(t)
	m := c.meeting("2026-05-11", "member1")
	c.mustPost(m)
	member, chief := c.Person("member1").String(), c.Person("chief").String()

	var page LedgerPage
	mine := c.do("member1", "GET", "/api/ledgers/me?quarter=2026Q2", "", "", 200, &page)
	if page.Person != c.Person("member1") || !page.Own || page.Sum != 6100 || len(page.Entries.Items) != 2 {
		t.Errorf("%+v", page)
	}
	if strings.Contains(mine, "tier") {
		t.Error("a member is shown a tier")
	}
	if theirs := c.do("secretary1", "GET", "/api/ledgers/"+member, "", "", 200, nil); !strings.Contains(theirs, `"tier":"60–69分"`) {
		t.Errorf("no tier for the secretary: %s", theirs)
	}
	var byNumber EntryDetail
	c.do("member1", "GET", fmt.Sprintf("/api/points/vouchers/%d", page.Entries.Items[0].Voucher), "", "", 200, &byNumber)
	var month Statement
	c.do("member1", "GET", "/api/ledgers/me/statements/2026-05", "", "", 200, &month)
	if byNumber.ID != page.Entries.Items[0].ID || month.Closing != 6100 || len(month.Lines) != 2 {
		t.Errorf("%+v %+v", byNumber, month)
	}
	var checks CheckList
	c.do("secretary1", "GET", "/api/points/quarters/2026Q2/checklist", "", "", 200, &checks)
	if checks.said() != "running 1, missing 1" || checks.Fingerprint != "" {
		t.Errorf("%+v", checks)
	}
	var quarters struct{ Items []QuarterState }
	c.do("member1", "GET", "/api/quarters", "", "", 200, &quarters)
	var schemes struct{ Items []Scheme }
	c.do("member1", "GET", "/api/schemes", "", "", 200, &schemes)
	if len(quarters.Items) != 1 || len(schemes.Items) != 1 {
		t.Fatalf("%+v %+v", quarters, schemes)
	}
	var scheme Scheme
	c.do("member1", "GET", "/api/schemes/"+schemes.Items[0].ID.String(), "", "", 200, &scheme)
	var lines LedgerLines
	c.do("member1", "GET", "/api/ledgers/me/entries?dimension=political", "", "", 200, &lines)
	if len(scheme.Rules) == 0 || len(lines.Items) != 1 || lines.Total != 1 {
		t.Errorf("%+v %+v", scheme, lines)
	}
	var entry EntryDetail
	c.do("member1", "GET", "/api/points/entries/"+lines.Items[0].ID.String(), "", "", 200, &entry)
	if !entry.Intact || entry.Branch != "第一党支部" || entry.Name != "叶知秋" {
		t.Errorf("%+v", entry)
	}

	for _, bad := range []struct {
		as, method, path, body string
		want                   int
		says                   string
	}{
		{"", "GET", "/api/ledgers/me", "", 401, "请先登录"},
		{"auditor", "GET", "/api/ledgers", "", 403, "没有这项权限"},
		{"member1", "GET", "/api/ledgers/" + chief, "", 404, "没有找到"},
		{"secretary2", "GET", "/api/ledgers/" + member, "", 404, "没有找到"},
		{"secretary2", "GET", "/api/points/entries/" + entry.ID.String(), "", 404, "没有找到"},
		{"member1", "GET", "/api/ledgers/1", "", 404, "没有找到"},
		{"member1", "GET", "/api/ledgers/me?quarter=2026Q5", "", 422, "2026Q3"},
		{"member1", "GET", "/api/ledgers/me?dimension=luck", "", 422, "只能是其中之一"},
		{"member1", "GET", "/api/ledgers/me?cursor=-1", "", 422, "翻页参数"},
		{"chief", "GET", "/api/ledgers?cursor=%00%00", "", 422, "无法保存"},
		{"chief", "GET", "/api/ledgers?sort=password", "", 422, "排序方式"},
		{"chief", "GET", "/api/ledgers?sort=-sum", "", 422, "排名"},
		{"chief", "GET", "/api/ledgers?limit=100000", "", 422, "不能大于"},
		{"secretary1", "POST", "/api/points/entries", "{}", 403, "没有这项权限"},
		{"office", "POST", "/api/points/entries", "{}", 422, "缺少必填项"},
		{"office", "POST", "/api/points/entries", `{"person_id":"x"`, 400, ""},
		{"secretary1", "POST", "/api/points/entries/" + entry.ID.String() + "/reversal", `{"reason":"x"}`, 403, "没有这项权限"},
		{"chief", "POST", "/api/points/verify", "", 403, "没有这项权限"},
		{"member1", "GET", "/api/points/vouchers/999999", "", 404, "请核对号码"},
		{"member1", "GET", "/api/points/vouchers/0", "", 422, ""},
		{"member1", "GET", "/api/points/vouchers/x", "", 422, ""},
		{"member1", "GET", "/api/ledgers/me/statements/2026-13", "", 422, "2026-10"},
		{"secretary2", "GET", "/api/ledgers/" + member + "/statements/2026-05", "", 404, "没有找到"},
		{"member1", "GET", "/api/points/quarters/2026Q2/checklist", "", 403, "没有这项权限"},
		{"chief", "GET", "/api/points/quarters/2026Q9/checklist", "", 404, "没有找到"},
		{"chief", "GET", "/api/points/quarters/2019Q1/checklist", "", 404, "没有找到"},
		{"secretary1", "POST", "/api/points/quarters/2026Q2/notices", "{}", 422, "才结束"},
		{"secretary1", "POST", "/api/points/quarters/2026Q2/close", `{"fingerprint":"x","acknowledged":true}`, 403, "没有这项权限"},
		{"chief", "POST", "/api/points/quarters/2026Q2/close", `{"fingerprint":"x","acknowledged":true}`, 409, "清单刚刚有变化"},
		{"chief", "POST", "/api/points/quarters/2026Q2/close", `{}`, 422, "缺少必填项"},
	} {
		if text := c.do(bad.as, bad.method, bad.path, bad.body, "", bad.want, nil); !strings.Contains(text, bad.says) {
			t.Errorf("%s %s as %s says %s", bad.method, bad.path, bad.as, text)
		}
	}

	// Submitted twice with one key: one entry, one answer.
	body := fmt.Sprintf(`{"person_id":%q,"rule_id":%q,"amount":-100,"fact_on":"2026-05-15","reason":"上班迟到被督查通报","verified_by":%q}`,
		member, c.rule("other_deduction"), c.Person("secretary1"))
	key := db.NewID().String()
	first := c.do("office", "POST", "/api/points/entries", body, key, 201, &entry)
	if again := c.do("office", "POST", "/api/points/entries", body, key, 201, nil); again != first || entry.Points != -100 {
		t.Errorf("%s\n%s", first, again)
	}
	c.do("office", "POST", "/api/points/entries/"+entry.ID.String()+"/reversal", `{"reason":"查明并非本人"}`, "", 201, nil)
	c.do("office", "POST", "/api/points/entries/"+entry.ID.String()+"/reversal", `{"reason":"查明并非本人"}`, "", 409, nil)
	var report VerifyReport
	c.do("auditor", "POST", "/api/points/verify", "", "", 200, &report)
	if !report.OK || report.Entries != 14 {
		t.Errorf("%+v", report)
	}
	if c.sum(c.Person("member1"), "2026Q2") != 6100 {
		t.Error("the sum after a deduction and its reversal")
	}
}
