package app_test

import (
	"net/url"

	"xianfeng/internal/volunteer"
)

// serviceRequests are the requests of volunteering: actions, codes, hours, notices,
// certificates and imports; see matrix.requests.
func serviceRequests() map[string]route {
	action := func(format string, of func(service) volunteer.ActionDetail, more ...func(things) any) func(things) ask {
		return at("/api/volunteer-actions/%s"+format, append([]func(things) any{func(x things) any { return of(x.service).ID }}, more...)...)
	}
	coming := func(s service) volunteer.ActionDetail { return s.coming }
	joined := func(s service) volunteer.ActionDetail { return s.joined }
	present := func(s service) volunteer.ActionDetail { return s.present }
	ended := func(s service) volunteer.ActionDetail { return s.ended }
	body := func(x things) fields {
		return fields{"title": "广场普法", "starts_at": "2026-12-05T09:00", "ends_at": "2026-12-05T11:00", "place": "广场", "served": "居民",
			"organiser": x.place, "leader_id": x.other}
	}
	certificate := func(x things) any { return x.service.certificate.ID }
	preview := func(x things) any { return x.service.preview }
	period := fields{"from": today.AddDays(-60), "to": today}
	return map[string]route{
		"GET /api/volunteer-actions":            plain("/api/volunteer-actions"),
		"GET /api/volunteer-actions/organisers": plain("/api/volunteer-actions/organisers"),
		"POST /api/volunteer-actions":           object(with(at("/api/volunteer-actions"), func(x things) any { return body(x) })),
		"GET /api/volunteer-actions/{id}":       object(action("", coming)),
		"PUT /api/volunteer-actions/{id}": object(with(action("", coming), func(x things) any {
			return body(x).and("version", x.service.coming.Version)
		})),
		"POST /api/volunteer-actions/{id}/cancellation": object(with(action("/cancellation", coming), func(x things) any {
			return fields{"reason": "有雨", "version": x.service.coming.Version}
		})),
		"GET /api/volunteer-actions/{id}/poster": object(action("/poster?origin=http://127.0.0.1:8080", coming)),
		"POST /api/volunteer-actions/{id}/record": object(with(action("/record", ended), func(x things) any {
			return fields{"came": []fields{{"person_id": x.other, "minutes": 60}}, "starts_at": x.service.ended.StartsAt, "ends_at": x.service.ended.EndsAt,
				"content": "发放资料", "version": x.service.ended.Version, "overlap_answer": "先后到场"}
		})),
		"POST /api/volunteer-actions/{id}/signup":     object(action("/signup", coming)),
		"POST /api/volunteer-actions/{id}/withdrawal": object(action("/withdrawal", joined)),
		"POST /api/volunteer-actions/{id}/arrival":    object(action("/arrival", present)),
		"POST /api/volunteer-actions/{id}/people": object(with(action("/people", coming), func(x things) any {
			return fields{"person_ids": []any{x.other}}
		})),
		"DELETE /api/volunteer-actions/{id}/people/{person}": object(action("/people/%s", coming, func(x things) any { return x.service.staff() })),
		"GET /api/volunteer-codes/{code}":                    object(at("/api/volunteer-codes/%s", func(x things) any { return x.service.coming.Code })),

		"GET /api/volunteer-hours":          plain("/api/volunteer-hours"),
		"GET /api/volunteer-hours/months":   plain("/api/volunteer-hours/months"),
		"GET /api/volunteer-hours/export":   plain("/api/volunteer-hours/export"),
		"GET /api/volunteer-hours/{person}": object(at("/api/volunteer-hours/%s", func(x things) any { return x.person })),
		"POST /api/volunteer-hours/notice":  {false, fixed(at("/api/volunteer-hours/notice"), period)},

		"GET /api/volunteer-certificates": plain("/api/volunteer-certificates"),
		"POST /api/volunteer-certificates": object(with(at("/api/volunteer-certificates"), func(x things) any {
			return period.copy().and("person_id", x.service.certificate.PersonID)
		})),
		"GET /api/volunteer-certificates/{id}":      object(at("/api/volunteer-certificates/%s", certificate)),
		"GET /api/volunteer-certificates/{id}/code": object(at("/api/volunteer-certificates/%s/code?origin=http://127.0.0.1:8080", certificate)),
		"GET /api/volunteer-certificates/check/{number}/{code}": {false, at("/api/volunteer-certificates/check/%s/%s",
			func(x things) any { return url.PathEscape(x.service.certificate.Number) }, func(x things) any { return x.service.certificate.Code })},

		"GET /api/volunteer-imports/template": plain("/api/volunteer-imports/template"),
		"GET /api/volunteer-imports":          plain("/api/volunteer-imports"),
		"POST /api/volunteer-imports": {false, func(x things) ask {
			return form("POST", "/api/volunteer-imports", "时长.xlsx", x.service.book, nil)
		}},
		"GET /api/volunteer-imports/{id}":               object(at("/api/volunteer-imports/%s", preview)),
		"POST /api/volunteer-imports/{id}/confirmation": object(fixed(at("/api/volunteer-imports/%s/confirmation", preview), fields{"good_rows_only": true})),
		"POST /api/volunteer-imports/{id}/undo":         object(at("/api/volunteer-imports/%s/undo", func(x things) any { return x.service.imported })),

		"GET /api/reports/volunteer-service": object(at("/api/reports/volunteer-service?quarter=2026Q4&branch=%s", func(x things) any { return x.branch.ID })),
		"POST /api/reports/volunteer-service/issues": object(with(at("/api/reports/volunteer-service/issues"), func(x things) any {
			return fields{"quarter": "2026Q4", "branch": x.branch.ID}
		})),
		"GET /api/reports/volunteer-year": object(at("/api/reports/volunteer-year?quarter=2026Q4&branch=%s", func(x things) any { return x.branch.ID })),
		"POST /api/reports/volunteer-year/issues": object(with(at("/api/reports/volunteer-year/issues"), func(x things) any {
			return fields{"quarter": "2026Q4", "branch": x.branch.ID}
		})),
	}
}
