package talk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
)

// byName is sign-in by name: the cookie holds the key of the office's person.
type byName struct{ c *confidants }

func (s byName) Actor(_ context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return s.c.Actor(token), nil
}

// Over HTTP what was said is in the answers to those who may read it, and neither in a
// refusal, nor in the log at its most talkative, nor kept for a repeated request, nor
// in a copy of the answer that a browser or proxy may keep.
func TestRecordOverHTTP(t *testing.T) {
	c := newConfidants(t)
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server, err := httpd.New(httpd.Config{Version: "test", Log: log}, c.d, httpd.NewGuard(c.d, byName{c}, c.s.policy, log))
	c.must(err)
	mountRecord(server.API, c.s)
	mountFollowUps(server.API, c.s)
	do := func(key, method, path, body string, want int) string {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", httpd.CookieName+"="+key)
		r.Header.Set("Idempotency-Key", "record-over-http")
		resp, err := server.Fiber.Test(r, 30_000)
		c.must(err)
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		c.must(err)
		if resp.StatusCode != want || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s %s: %d %s, want %d", key, method, path, resp.StatusCode, text, want)
		}
		return string(text)
	}
	const canary = "CANARY金丝雀"
	record := "/api/talks/" + c.talk.String() + "/record"
	if got := do("deputy", "POST", record, `{"text":"`+canary+`说了什么","after_version":0}`, 200); !strings.Contains(got, canary) {
		t.Errorf("answered %s", got)
	}
	if got := do("member1", "GET", record, "", 200); !strings.Contains(got, canary) {
		t.Errorf("answered %s", got)
	}
	for name, refused := range map[string]struct {
		key, body string
		status    int
	}{
		"too long":       {"member1", `{"text":"` + canary + strings.Repeat("长", maxText) + `","after_version":1}`, 422},
		"no text":        {"member1", `{"text":{"` + canary + `":1},"after_version":1}`, 422},
		"another field":  {"member1", `{"text":"` + canary + `","more":"` + canary + `","after_version":1}`, 422},
		"no number":      {"member1", `{"text":"x","after_version":"` + canary + `"}`, 422},
		"cut off":        {"member1", `{"text":"` + canary + `,"after_version":1`, 400},
		"meanwhile":      {"member1", `{"text":"` + canary + `","after_version":0}`, 409},
		"somebody else":  {"chief", `{"text":"` + canary + `","after_version":1}`, 404},
		"an outsider":    {"sysadmin", `{"text":"` + canary + `","after_version":1}`, 403},
		"not signed in":  {"", `{"text":"` + canary + `","after_version":1}`, 401},
		"after nonsense": {"member1", `{"text":"` + canary + `","after_version":-1}`, 422},
	} {
		if got := do(refused.key, "POST", record, refused.body, refused.status); strings.Contains(got, canary) || strings.Contains(got, "CANARY") {
			t.Errorf("%s: the refusal repeats the text: %s", name, got)
		}
	}
	for _, key := range []string{"chief", "office", "secretary1", "head", "staff"} {
		if got := do(key, "GET", record, "", 404); strings.Contains(got, canary) {
			t.Errorf("%s: %s", key, got)
		}
	}
	var f FollowUp
	c.must(json.Unmarshal([]byte(do("deputy", "POST", "/api/talks/"+c.talk.String()+"/followups",
		fmt.Sprintf(`{"matter":"FOLLOW换一把椅子","owner_id":%q,"due_on":%q}`, c.Person("member1"), sealedDay), 201)), &f))
	do("member1", "POST", "/api/followups/"+f.ID.String()+"/result", `{"result":"FOLLOW换好了","version":1}`, 200)

	for _, word := range []string{"CANARY", "金丝雀", "FOLLOW"} {
		if strings.Contains(logged.String(), word) {
			t.Errorf("%s is in the log", word)
		}
	}
	if !strings.Contains(logged.String(), "/api/talks/:id/record") {
		t.Error("nothing was logged")
	}
	if strings.Contains(logged.String(), c.talk.String()) {
		t.Error("the log names the talk")
	}
	owner := testdb.Owner(t, c.d)
	_, err = owner.Exec("ALTER TABLE talk_records NO FORCE ROW LEVEL SECURITY")
	c.must(err)
	if strings.Contains(dump(t, owner), "CANARY") {
		t.Error("the text is in a table")
	}
	// What is kept to answer a repeated request ties no follow-up to a talk.
	var tied int
	c.must(owner.QueryRow(`SELECT count(*) FROM idempotency_keys i WHERE convert_from(i.response, 'UTF8') LIKE '%' || $1 || '%'`, c.talk.String()).Scan(&tied))
	if tied != 0 {
		t.Errorf("%d kept answers name the talk", tied)
	}
}
