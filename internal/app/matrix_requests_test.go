package app_test

import (
	"fmt"
	"maps"

	"xianfeng/internal/activity"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
)

// route says what is asked of a route: a request that succeeds where it is allowed.
// object: it names one that may lie out of reach.
type route struct {
	object bool
	ask    func(x things) ask
}

// harmless are the writes that disturb no other case: after the rest the next case
// begins on a fresh copy of the database.
var harmless = []string{
	"POST /api/session", "DELETE /api/session", "POST /api/session/password",
	"POST /api/accounts/{id}/enable", "POST /api/accounts/{id}/unlock", "POST /api/accounts/{id}/sign-out",
	"PUT /api/settings", "PUT /api/activity-kinds/{code}", "POST /api/people/imports",
	"POST /api/activities", "POST /api/activities/{id}/attachments", "POST /api/points/verify",
	"POST /api/reports/quarter-summary/issues", "POST /api/reports/member-ledger/issues",
	"POST /api/reports/annual-summary/issues", "POST /api/reports/pennant/issues", "POST /api/claims",
	"GET /api/people/{id}/phone", "GET /api/people/export", "GET /api/audit/export",
	"GET /api/claims/export", "GET /api/honours/export", "POST /api/reports/verification",
	"GET /api/talks/{id}/record", "PUT /api/study-notes/{day}", "POST /api/feed", "POST /api/desk/digest",
	"POST /api/volunteer-actions", "POST /api/volunteer-imports",
	"POST /api/reports/volunteer-service/issues", "POST /api/reports/volunteer-year/issues", "POST /api/reports/mentor-pairs/issues",
	"POST /api/taskforces", "POST /api/taskforces/{id}/outcomes", "POST /api/taskforces/{id}/notes", "POST /api/taskforces/{id}/files",
	"POST /api/taskforces/{id}/outsiders", "POST /api/taskforces/{id}/tasks", "POST /api/reports/taskforces/issues",
	"POST /api/reports/talk-coverage/issues", "POST /api/reports/meeting-statistics/issues",
}

type fields map[string]any

// at is an address with what it names.
func at(format string, ids ...func(things) any) func(things) ask {
	return func(x things) ask {
		args := make([]any, len(ids))
		for i, id := range ids {
			args[i] = id(x)
		}
		return ask{path: fmt.Sprintf(format, args...)}
	}
}

func object(how func(things) ask) route { return route{true, how} }

func plain(address string) route { return route{false, at(address)} }

func with(how func(things) ask, body func(x things) any) func(things) ask {
	return func(x things) ask {
		a := how(x)
		a.body = text(body(x))
		return a
	}
}

func fixed(how func(things) ask, body fields) func(things) ask {
	return with(how, func(things) any { return body })
}

// requests has one request for each route, made for the things of a place.
func (m *matrix) requests() map[string]route {
	person := func(x things) any { return x.person }
	record := func(x things) any { return x.record.ID }
	draft := func(x things) any { return x.draft.ID }
	outsider := func(x things) any { return x.outsider }
	preview := func(x things) any { return x.preview }
	reason := fields{"reason": "更正姓名"}
	last := fields{"last_day": today}
	from := today.AddDays(1)
	all := map[string]route{
		"POST /api/session": {false, fixed(at("/api/session"), fields{"login": "secretary2", "password": testdb.Password})},
		"GET /api/session":  plain("/api/session"), "DELETE /api/session": plain("/api/session"),
		"POST /api/session/password": {false, fixed(at("/api/session/password"), fields{"current": testdb.Password, "password": "Chun-feng-hua-yu-77"})},
		"GET /api/session/why":       plain("/api/session/why?resource=audit&action=read"),
		"GET /api/setup":             plain("/api/setup?token=none"),
		"POST /api/setup": {false, fixed(at("/api/setup"), fields{"token": "none", "unit_name": "某院", "person_name": "某人",
			"login": "somebody", "password": "Chun-feng-hua-yu-77"})},

		"GET /api/accounts": plain("/api/accounts"), "GET /api/accounts/newcomers": plain("/api/accounts/newcomers"),
		"POST /api/accounts":               object(with(at("/api/accounts"), func(x things) any { return fields{"login": "newcomer", "person_id": x.newcomer} })),
		"POST /api/accounts/{id}/disable":  object(at("/api/accounts/%s/disable", outsider)),
		"POST /api/accounts/{id}/enable":   object(at("/api/accounts/%s/enable", outsider)),
		"POST /api/accounts/{id}/unlock":   object(at("/api/accounts/%s/unlock", outsider)),
		"POST /api/accounts/{id}/reset":    object(at("/api/accounts/%s/reset", outsider)),
		"POST /api/accounts/{id}/sign-out": object(at("/api/accounts/%s/sign-out", outsider)),
		"PUT /api/accounts/{id}/person":    object(with(at("/api/accounts/%s/person", outsider), func(x things) any { return fields{"person_id": x.newcomer} })),
		"GET /api/roles":                   plain("/api/roles"),
		"GET /api/grants":                  plain("/api/grants"),
		"POST /api/grants":                 object(with(at("/api/grants"), func(x things) any { return fields{"person_id": x.newcomer, "role": "party_office"} })),
		"DELETE /api/grants/{id}":          object(at("/api/grants/%s", func(x things) any { return x.grant })),
		"GET /api/audit":                   plain("/api/audit"),
		"GET /api/audit/export":            plain("/api/audit/export"),
		"GET /api/desk":                    plain("/api/desk"),
		"GET /api/settings":                plain("/api/settings"),
		"PUT /api/settings":                {false, with(at("/api/settings"), func(things) any { return org.DefaultSettings() })},
		"GET /api/places":                  plain("/api/places"),
		"POST /api/places": object(with(at("/api/places"), func(x things) any {
			return fields{"kind": "group", "name": "第九党小组", "branch_id": x.branch.ID}
		})),
		"PUT /api/places/{kind}/{id}":        object(fixed(at("/api/places/branch/%s", func(x things) any { return x.emptyBranch }), fields{"name": "新支部"})),
		"POST /api/places/{kind}/{id}/close": object(fixed(at("/api/places/branch/%s/close", func(x things) any { return x.emptyBranch }), last)),

		"GET /api/people": plain("/api/people"), "GET /api/people/pick": plain("/api/people/pick"), "GET /api/people/colleagues": plain("/api/people/colleagues"),
		"GET /api/people/export": plain("/api/people/export"), "GET /api/people/template": plain("/api/people/template"),
		"GET /api/people/{id}":       object(at("/api/people/%s", person)),
		"GET /api/people/{id}/phone": object(at("/api/people/%s/phone", person)),
		"POST /api/people": object(with(at("/api/people"), func(x things) any {
			return fields{"name": "东方白", "political_status": "party_member", "from": today, "branch_id": x.branch.ID, "group_id": x.group.ID}
		})),
		"PUT /api/people/{id}": object(with(at("/api/people/%s", person), func(x things) any {
			return fields{"name": x.name, "political_status": "party_member", "row_version": x.personVersion, "education": "硕士"}
		})),
		"POST /api/people/{id}/branch": object(with(at("/api/people/%s/branch", person), func(x things) any {
			return fields{"from": from}
		})),
		"POST /api/people/{id}/department":             object(fixed(at("/api/people/%s/department", person), fields{"from": from})),
		"POST /api/people/{id}/positions":              object(fixed(at("/api/people/%s/positions", person), fields{"kind": "administrative", "title": "联络员", "from": today})),
		"POST /api/people/{id}/positions/{dated}/end":  object(fixed(at("/api/people/%s/positions/%s/end", person, func(x things) any { return x.position }), last)),
		"POST /api/people/{id}/exemptions":             object(fixed(at("/api/people/%s/exemptions", person), fields{"reason": "长期病假", "from": today.AddDays(100)})),
		"POST /api/people/{id}/exemptions/{dated}/end": object(fixed(at("/api/people/%s/exemptions/%s/end", person, func(x things) any { return x.exemption }), fields{"last_day": today.AddDays(70)})),
		"POST /api/people/{id}/leave":                  object(fixed(at("/api/people/%s/leave", func(x things) any { return x.newcomer }), last)),
		"POST /api/people/{id}/return":                 object(at("/api/people/%s/return", func(x things) any { return x.gone })),

		"GET /api/people/imports": plain("/api/people/imports"),
		"POST /api/people/imports": {false, func(things) ask {
			return form("POST", "/api/people/imports", "花名册.xlsx", roster([]string{"第五轻", "13900003333", "群众"}), nil)
		}},
		"GET /api/people/imports/{id}":          object(at("/api/people/imports/%s", preview)),
		"GET /api/people/imports/{id}/bad-rows": object(at("/api/people/imports/%s/bad-rows", preview)),
		"POST /api/people/imports/{id}/confirm": object(fixed(at("/api/people/imports/%s/confirm", preview), fields{"create_places": true})),
		"POST /api/people/imports/{id}/undo":    object(at("/api/people/imports/%s/undo", func(x things) any { return x.imported })),

		"GET /api/activities":            plain("/api/activities"),
		"GET /api/activities/calendar":   plain("/api/activities/calendar?month=2026-11"),
		"GET /api/activities/export":     plain("/api/activities/export"),
		"GET /api/activities/organisers": plain("/api/activities/organisers"),
		"GET /api/activities/suggest": object(at("/api/activities/suggest?kind=seminar&organiser_kind=%s&organiser_id=%s&date=2026-11-18",
			func(x things) any { return x.place.Kind }, func(x things) any { return x.place.ID })),
		"GET /api/activity-kinds": plain("/api/activity-kinds"),
		"PUT /api/activity-kinds/{code}": {false, fixed(at("/api/activity-kinds/study_tour"), fields{"name": "游学", "category": "study",
			"expected": "nobody", "organisers": []string{"branch"}, "needs": []string{"place"}, "quorum": "none", "default_minutes": 60, "ord": 900, "active": true})},
		"POST /api/activities":               object(with(at("/api/activities"), func(x things) any { return x.form("新的读书会") })),
		"GET /api/activities/{id}":           object(at("/api/activities/%s", record)),
		"PUT /api/activities/{id}":           object(with(at("/api/activities/%s", draft), func(x things) any { return x.form("改过的读书会").and("row_version", x.draft.RowVersion) })),
		"DELETE /api/activities/{id}":        object(at("/api/activities/%s?row_version=%d", draft, func(x things) any { return x.draft.RowVersion })),
		"POST /api/activities/{id}/confirm":  object(with(at("/api/activities/%s/confirm", draft), func(x things) any { return fields{"row_version": x.draft.RowVersion, "overlap_answer": "先后到场"} })),
		"POST /api/activities/{id}/amend":    object(fixed(at("/api/activities/%s/amend", record), reason)),
		"POST /api/activities/{id}/withdraw": object(with(at("/api/activities/%s/withdraw", record), func(x things) any { return fields{"reason": "误记", "row_version": x.record.RowVersion} })),
		"POST /api/activities/{id}/attachments": object(func(x things) ask {
			return form("POST", "/api/activities/"+x.draft.ID.String()+"/attachments", "照片说明.txt", []byte("说明"), nil)
		}),
		"GET /api/activities/{id}/attachments/{file}":    object(at("/api/activities/%s/attachments/%s", record, func(x things) any { return x.recordFile })),
		"DELETE /api/activities/{id}/attachments/{file}": object(at("/api/activities/%s/attachments/%s", draft, func(x things) any { return x.draftFile })),

		"GET /api/quarters": plain("/api/quarters"), "GET /api/ledgers": plain("/api/ledgers"),
		"GET /api/ledgers/{person}":         object(at("/api/ledgers/%s", person)),
		"GET /api/ledgers/{person}/entries": object(at("/api/ledgers/%s/entries", person)),
		"GET /api/points/entries/{id}":      object(at("/api/points/entries/%s", func(x things) any { return x.entry })),
		"POST /api/points/entries": object(with(at("/api/points/entries"), func(x things) any {
			return fields{"person_id": x.person, "rule_id": m.things["branch0"].rule, "amount": 50, "fact_on": today, "reason": "补记", "verified_by": m.things["branch0"].other}
		})),
		"POST /api/points/entries/{id}/reversal": object(fixed(at("/api/points/entries/%s/reversal", func(x things) any { return x.entry }), reason)),
		"POST /api/points/verify":                plain("/api/points/verify"),
		"GET /api/schemes":                       plain("/api/schemes"),
		"GET /api/schemes/{id}":                  object(at("/api/schemes/%s", func(x things) any { return x.scheme })),

		"GET /api/reports":                         plain("/api/reports"),
		"GET /api/reports/issues":                  plain("/api/reports/issues"),
		"GET /api/reports/issues/{id}/file":        object(at("/api/reports/issues/%s/file", func(x things) any { return x.issue })),
		"GET /api/reports/quarter-summary":         object(at("/api/reports/quarter-summary?quarter=2026Q4&branch=%s", func(x things) any { return x.branch.ID })),
		"GET /api/reports/member-ledger":           object(at("/api/reports/member-ledger?quarter=2026Q4&person=%s", person)),
		"POST /api/reports/quarter-summary/issues": object(with(at("/api/reports/quarter-summary/issues"), func(x things) any { return fields{"quarter": "2026Q4", "branch": x.branch.ID} })),
		"POST /api/reports/member-ledger/issues":   object(with(at("/api/reports/member-ledger/issues"), func(x things) any { return fields{"quarter": "2026Q4", "person_id": x.person} })),
	}
	for _, more := range []map[string]route{circleRequests(), talkRequests(), dutyRequests(), forceRequests(), pairRequests(), serviceRequests()} {
		maps.Copy(all, more)
	}
	return all
}

// form is a whole record as the page sends it, for the place of these things.
func (x things) form(title string) fields {
	return fields{"kind": "reading_salon", "title": title, "starts_at": "2026-11-19T09:00", "ends_at": "2026-11-19T10:00", "place": "图书室",
		"organiser": x.place, "host_id": x.other, "recorder_id": x.other,
		"attendance": []fields{{"person_id": x.other, "status": activity.Present}}}
}

func (f fields) copy() fields {
	if f == nil {
		return fields{}
	}
	return maps.Clone(f)
}

func (f fields) and(key string, value any) fields {
	f[key] = value
	return f
}
