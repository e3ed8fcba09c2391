package app_test

import (
	"xianfeng/internal/duty"
	"xianfeng/internal/talk"
)

// talkRequests are the requests of talks, absences, study notes and calendars; see
// matrix.requests.
func talkRequests() map[string]route {
	planned := func(x things) any { return x.calendars.planned.ID }
	held := func(x things) any { return x.calendars.held.ID }
	version := func(t func(things) talk.Talk, more fields) func(things) any {
		return func(x things) any {
			f := fields{"version": t(x).Version}
			for k, v := range more {
				f[k] = v
			}
			return f
		}
	}
	plannedTalk := func(x things) talk.Talk { return x.calendars.planned }
	heldTalk := func(x things) talk.Talk { return x.calendars.held }
	consent := func(x things) any { return x.calendars.consent }
	followUp := func(x things) any { return x.calendars.followUp.ID }
	followUpVersion := func(x things) any { return fields{"version": x.calendars.followUp.Version} }
	plan := func(x things) fields { return fields{"year": today.Year, "branch_id": x.branch.ID} }
	last := fields{"last": today.AddDays(30)}
	return map[string]route{
		"GET /api/talks":          plain("/api/talks"),
		"GET /api/talks/partners": plain("/api/talks/partners"),
		"GET /api/talks/coverage": plain("/api/talks/coverage?year=2026"),
		"GET /api/talks/{id}":     object(at("/api/talks/%s", planned)),
		"POST /api/talks": object(with(at("/api/talks"), func(x things) any {
			return fields{"partner_id": x.calendars.stranger, "done_on": today}
		})),
		"POST /api/talks/{id}/move": object(with(at("/api/talks/%s/move", planned), version(plannedTalk,
			fields{"planned_on": "2026-12-08", "planned_at": "09:30", "reason": "case"}))),
		"POST /api/talks/{id}/report":           object(with(at("/api/talks/%s/report", planned), version(plannedTalk, fields{"done_on": today}))),
		"POST /api/talks/{id}/confirm":          object(with(at("/api/talks/%s/confirm", held), version(heldTalk, nil))),
		"POST /api/talks/{id}/denial":           object(with(at("/api/talks/%s/denial", held), version(heldTalk, nil))),
		"POST /api/talks/{id}/cancellation":     object(with(at("/api/talks/%s/cancellation", planned), version(plannedTalk, fields{"reason": "merged"}))),
		"GET /api/talks/{id}/record":            object(at("/api/talks/%s/record", held)),
		"POST /api/talks/{id}/record":           object(fixed(at("/api/talks/%s/record", held), fields{"text": "补充一点", "after_version": 1})),
		"POST /api/talks/{id}/record/agreement": object(fixed(at("/api/talks/%s/record/agreement", held), fields{"version": 1})),
		"GET /api/talks/{id}/leaders":           object(at("/api/talks/%s/leaders", held)),
		"POST /api/talks/{id}/consents": object(with(at("/api/talks/%s/consents", held), func(x things) any {
			return fields{"leader_id": x.other, "until": today.AddDays(30)}
		})),
		"POST /api/talk-consents/{id}/agreement":  object(at("/api/talk-consents/%s/agreement", consent)),
		"POST /api/talk-consents/{id}/revocation": object(at("/api/talk-consents/%s/revocation", consent)),
		"GET /api/talk-readings":                  plain("/api/talk-readings"),
		"GET /api/followups":                      plain("/api/followups"),
		"POST /api/talks/{id}/followups": object(with(at("/api/talks/%s/followups", held), func(x things) any {
			return fields{"matter": "联系体检", "owner_id": x.person, "due_on": today.AddDays(10)}
		})),
		"PUT /api/followups/{id}": object(with(at("/api/followups/%s", followUp), func(x things) any {
			return fields{"owner_id": x.person, "due_on": today.AddDays(10), "version": x.calendars.followUp.Version}
		})),
		"POST /api/followups/{id}/result": object(with(at("/api/followups/%s/result", followUp), func(x things) any {
			return fields{"result": "已经办好", "version": x.calendars.followUp.Version}
		})),
		"POST /api/followups/{id}/withdrawal": object(with(at("/api/followups/%s/withdrawal", followUp), followUpVersion)),

		"GET /api/talk-types": plain("/api/talk-types"),
		"PUT /api/talk-types/{code}": {false, fixed(at("/api/talk-types/hardship"),
			fields{"name": "家访", "active": true, "talker": "secretary", "within_days": 3, "version": 1})},
		"GET /api/talk-leaders": plain("/api/talk-leaders"),
		"POST /api/talk-leaders": object(with(at("/api/talk-leaders"), func(x things) any {
			return fields{"person_id": x.person, "from": today}
		})),
		"POST /api/talk-leaders/{id}/end": object(fixed(at("/api/talk-leaders/%s/end", func(x things) any { return x.calendars.leader }), last)),
		"GET /api/talk-mornings":          plain("/api/talk-mornings"),
		"POST /api/talk-mornings": object(with(at("/api/talk-mornings"), func(x things) any {
			return fields{"deputy_id": x.other, "department_id": x.department.ID, "weekdays": []int{3}, "starts_at": "08:30", "from": today}
		})),
		"POST /api/talk-mornings/{id}/end": object(fixed(at("/api/talk-mornings/%s/end", func(x things) any { return x.calendars.morning }), last)),
		"GET /api/mornings":                plain("/api/mornings?from=2026-11-01&to=2026-11-30"),
		"GET /api/talk-occasions":          plain("/api/talk-occasions"),
		"POST /api/talk-occasions": object(with(at("/api/talk-occasions"), func(x things) any {
			return fields{"person_id": x.person, "kind": "commendation", "happened_on": today}
		})),
		"POST /api/talk-occasions/{id}/dismissal": object(at("/api/talk-occasions/%s/dismissal", func(x things) any { return x.calendars.occasion })),
		"GET /api/talk-plans":                     plain("/api/talk-plans"),
		"GET /api/talk-plans/{id}":                object(at("/api/talk-plans/%s", func(x things) any { return x.calendars.plan })),
		"POST /api/talk-plans/preview":            object(with(at("/api/talk-plans/preview"), func(x things) any { return plan(x) })),
		"POST /api/talk-plans":                    object(with(at("/api/talk-plans"), func(x things) any { return plan(x).and("digest", x.calendars.digest) })),

		"GET /api/absences": plain("/api/absences"),
		"POST /api/absences": object(with(at("/api/absences"), func(x things) any {
			return fields{"person_id": x.person, "kind": "training", "from": today.AddDays(50), "to": today.AddDays(51)}
		})),
		"DELETE /api/absences/{id}":     object(at("/api/absences/%s", func(x things) any { return x.calendars.absence })),
		"GET /api/study-notes":          plain("/api/study-notes?month=2026-11"),
		"PUT /api/study-notes/{day}":    {false, fixed(at("/api/study-notes/%s", func(things) any { return today }), fields{"note": "学了条例"})},
		"DELETE /api/study-notes/{day}": {false, at("/api/study-notes/%s", func(things) any { return today.AddDays(-1) })},
		"GET /api/feed":                 plain("/api/feed"),
		"POST /api/feed":                {false, fixed(at("/api/feed"), fields{"names": false})},
		"DELETE /api/feed":              plain("/api/feed"),
		"GET /api/calendar/{token}.ics": {false, at("/api/calendar/%s.ics", func(x things) any { return x.calendars.token })},
		"POST /api/desk/digest":         {false, fixed(at("/api/desk/digest"), fields{"seen": true})},
		"GET /api/reports/talk-coverage": object(at("/api/reports/talk-coverage?quarter=2026Q4&branch=%s",
			func(x things) any { return x.branch.ID })),
		"POST /api/reports/talk-coverage/issues": object(with(at("/api/reports/talk-coverage/issues"), func(x things) any { return fields{"quarter": "2026Q4", "branch": x.branch.ID} })),
	}
}

// dutyRequests are the requests of duties and the plans of a quarter; see
// matrix.requests.
func dutyRequests() map[string]route {
	line := func(code string) func(x things) any { return func(x things) any { return x.calendars.lines[code] } }
	terms := func(name, kind, period string) fields {
		return fields{"name": name, "activity_kind": kind, "period": period, "times": 1, "committee": false, "basis": "", "ord": 50, "valid_from": nextQuarter.First()}
	}
	plan := func(format string) func(things) ask {
		return at("/api/duty-plans/%s/2026Q4"+format, func(x things) any { return x.branch.ID })
	}
	version := func(x things) fields { return fields{"version": x.calendars.quarterly.Version} }
	return map[string]route{
		"GET /api/duties":  plain("/api/duties"),
		"POST /api/duties": {false, fixed(at("/api/duties"), terms("读书沙龙", "reading_salon", duty.EveryQuarter).and("owner", duty.OwnerBranch))},
		"PUT /api/duties/{code}": {false, with(at("/api/duties/review"), func(x things) any {
			return terms("党组讲评", "review", duty.EveryQuarter).and("seen", line("review")(x))
		})},
		"POST /api/duties/{code}/end": {false, with(at("/api/duties/core_group_study/end"), func(x things) any {
			return fields{"seen": line("core_group_study")(x), "last": "2026-12-31"}
		})},
		"DELETE /api/duties/{code}/next": plain("/api/duties/seminar/next"),
		"GET /api/duties/grid":           plain("/api/duties/grid?owner=branch&from=2026-01"),
		"GET /api/duties/cell": object(at("/api/duties/cell?code=%s&owner=%s&owner_id=%s&first=%s", func(x things) any { return x.calendars.cell.Code },
			func(x things) any { return x.calendars.cell.Owner }, func(x things) any { return x.calendars.cell.OwnerID }, func(x things) any { return x.calendars.cell.First })),
		"GET /api/duty-excuses": plain("/api/duty-excuses"),
		"POST /api/duty-excuses": object(with(at("/api/duty-excuses"), func(x things) any {
			c := x.calendars.cell
			return fields{"code": c.Code, "owner": c.Owner, "owner_id": c.OwnerID, "period_first": c.First, "reason": "集中办案"}
		})),
		"POST /api/duty-excuses/{id}/decision":   object(fixed(at("/api/duty-excuses/%s/decision", func(x things) any { return x.calendars.excuse }), fields{"approve": true})),
		"POST /api/duty-excuses/{id}/withdrawal": object(at("/api/duty-excuses/%s/withdrawal", func(x things) any { return x.excuseOf(x.login) })),

		"GET /api/duty-plans": plain("/api/duty-plans?quarter=2026Q4"),
		"POST /api/duty-plans": object(with(at("/api/duty-plans"), func(x things) any {
			return fields{"branch_id": x.branch.ID, "quarter": nextQuarter}
		})),
		"GET /api/duty-plans/{branch}/{quarter}":            object(plan("")),
		"GET /api/duty-plans/{branch}/{quarter}/sheet.xlsx": object(plan("/sheet.xlsx")),
		"PUT /api/duty-plans/{branch}/{quarter}": object(with(plan(""), func(x things) any {
			return version(x).and("items", []fields{{"planned_on": "2026-12-10", "title": "走进社区"}})
		})),
		"DELETE /api/duty-plans/{branch}/{quarter}":      object(plan("?version=1")),
		"POST /api/duty-plans/{branch}/{quarter}/filing": object(with(plan("/filing"), func(x things) any { return version(x) })),
		"GET /api/reports/meeting-statistics": object(at("/api/reports/meeting-statistics?quarter=2026Q4&branch=%s",
			func(x things) any { return x.branch.ID })),
		"POST /api/reports/meeting-statistics/issues": object(with(at("/api/reports/meeting-statistics/issues"), func(x things) any {
			return fields{"quarter": "2026Q4", "branch": x.branch.ID}
		})),
	}
}
