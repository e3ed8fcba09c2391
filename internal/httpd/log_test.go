package httpd_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// journal is a log that many write at once.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// The log tells which route answered, and not what stood in the address: a talk with
// the request's id would be tied to the follow-up of the audit row, days to the
// account that studied on them, and the address of a calendar opens it.
func TestLogNamesRoutesAlone(t *testing.T) {
	const (
		talk  = "0198f1aa-7c11-7abc-8def-0123456789ab"
		day   = "2031-02-17"
		token = "c0ffeec0ffeec0ffeec0ffee"
	)
	var j journal
	use := access.Need{Resource: "session", Action: "use"}
	type idIn struct {
		ID string `path:"id"`
	}
	s := newLoggedSite(t, &j, func(api *httpd.API) {
		httpd.Post(api, "/api/talks/{id}/followups", httpd.Op{Need: use, Secret: true}, func(context.Context, httpd.Who, *idIn) (*struct{}, error) {
			return nil, nil
		})
		httpd.Post(api, "/api/talk-consents/{id}/agreement", httpd.Op{Need: use}, func(context.Context, httpd.Who, *idIn) (*struct{}, error) {
			panic("on purpose")
		})
		httpd.Put(api, "/api/study-notes/{id}", httpd.Op{Need: use, Secret: true}, func(context.Context, httpd.Who, *idIn) (*struct{}, error) {
			return nil, fault.Wrap(errors.New("broken"), fault.Internal, "系统内部错误")
		})
		httpd.Get(api, "/api/calendar/{id}", httpd.Op{Need: access.Public}, func(context.Context, httpd.Who, *idIn) (*struct{}, error) {
			return nil, fault.Missing("日历")
		})
	})
	s.signIn("secretary1")
	other := map[string]string{"Origin": "https://evil.example"}
	for _, r := range []struct {
		method, path string
		header       map[string]string
	}{
		{"POST", "/api/talks/" + talk + "/followups", nil},
		{"POST", "/api/talks/" + talk + "/followups/", nil},
		{"POST", "/API/Talks/" + talk + "/followups", nil},
		{"POST", "/api/talks/" + talk + "/followups", other},
		{"GET", "/api/talks/" + talk + "/nothing", nil},
		{"GET", "/talks/" + talk, nil},
		{"POST", "/api/talk-consents/" + talk + "/agreement", nil}, // panics
		{"PUT", "/api/study-notes/" + day, nil},                    // 500
		{"PUT", "/%61pi/study-notes/" + day, nil},
		{"PUT", "/api/study-notes/" + day, other},
		{"DELETE", "/api/study-notes/" + day, nil},
		{"GET", "/api/calendar/" + token + ".ics", nil},
		{"GET", "/api/calendar%2f" + token + ".ics", nil},
		{"GET", "/x/calendar/" + token + ".ics", nil},
	} {
		s.do(r.method, r.path, "{}", r.header)
	}
	logged := j.String()
	for _, secret := range []string{talk, "0123456789ab", day, token} {
		if at := strings.Index(logged, secret); at >= 0 {
			t.Errorf("%s stands in the log: …%s", secret, logged[max(0, at-200):at+len(secret)])
		}
	}
	for _, route := range []string{"/api/talks/:id/followups", "/api/talk-consents/:id/agreement", "/api/study-notes/:id", "/api/session", "msg=panic", `msg="request failed"`} {
		if !strings.Contains(logged, route) {
			t.Errorf("%s is not in the log:\n%s", route, logged)
		}
	}
}
