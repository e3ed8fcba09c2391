package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xianfeng/internal/testdb"
)

// writes says whether a route leaves an audit row: every write, and reads that take
// identity data, records or the log itself out.
func writes(route string) bool {
	if slices.Contains([]string{"POST /api/holidays/{year}/preview", "POST /api/scheme-imports", "POST /api/talk-plans/preview", "POST /api/mentoring-proposals"}, route) {
		return false // reads what is sent, and keeps nothing
	}
	return !strings.HasPrefix(route, "GET ") || slices.Contains([]string{
		"GET /api/people/{id}/phone", "GET /api/people/export", "GET /api/activities/export", "GET /api/audit/export",
		"GET /api/claims/export", "GET /api/honours/export", "GET /api/talks/{id}/record"}, route)
}

// audited says whether a write left an audit row of its request. The matrix asks it
// after every one.
func audited(t *testing.T, s *site, a answer) error {
	t.Helper()
	if number(t, s.app.DB, `SELECT count(*) FROM audit_entries WHERE request_id = ? AND result = 'ok' AND summary <> ''`, a.requestID()) == 0 {
		return fmt.Errorf("answered %d without an audit row", a.status)
	}
	return nil
}

// Where the audit row cannot be written, nothing else is: each write of the matrix
// that succeeds for somebody fails for them without a trace.
func (m *matrix) testNoAuditNoWrite(t *testing.T) {
	d := m.again(t)
	s := boot(t, d, m.files)
	for _, statement := range []string{
		`CREATE FUNCTION no_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit is full'; END $$`,
		`CREATE TRIGGER no_audit BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION no_audit()`,
	} {
		_, err := testdb.Owner(t, d).ExecContext(t.Context(), statement)
		must(t, err)
	}
	golden := readGolden(t)
	before, sessions := fingerprint(t, d), number(t, d, "SELECT count(*) FROM account_sessions")
	asked := map[string]bool{}
	for _, x := range m.all(t, s.server.API.Routes()) {
		if x.foreign || asked[x.route] || !writes(x.route) || !golden[x.route+" "+x.holder.role] {
			continue
		}
		asked[x.route] = true
		a := s.send(m.cookies[x.holder.login], *x.request)
		if _, err := a.problem(); err != nil || a.status < 500 || strings.Contains(string(a.body), "audit is full") {
			t.Errorf("%s as %s went on without its audit row: %s %v", x.request, x.holder.role, a, err)
		}
		if after := fingerprint(t, d); after != before {
			t.Errorf("%s left something behind: %s", x.request, changed(before, after))
			before = after
		}
	}
	if n := number(t, d, "SELECT count(*) FROM account_sessions"); n != sessions {
		t.Errorf("%d sessions became %d", sessions, n)
	}
	if len(asked) < 80 {
		t.Errorf("only %d writes were asked", len(asked))
	}
	s.log.take() // the failures that were asked for
}
