package app_test

import (
	"xianfeng/internal/mentoring"
)

// pairRequests are the requests of mentoring, of scoring the best pair, and of the time
// line of a person; see matrix.requests.
func pairRequests() map[string]route {
	pairing := func(format string) func(things) ask {
		return at("/api/pairings/%s"+format, func(x things) any { return x.pairs.pairing.ID })
	}
	version := func(f fields) func(things) any {
		return func(x things) any { return f.copy().and("version", x.pairs.pairing.Version) }
	}
	log := func(format string, of func(pairs) mentoring.Log, more fields) func(things) ask {
		return with(at("/api/mentoring-logs/%s"+format, func(x things) any { return of(x.pairs).ID }),
			func(x things) any { return more.copy().and("version", of(x.pairs).Version) })
	}
	reported := func(p pairs) mentoring.Log { return p.reported }
	own := func(p pairs) mentoring.Log { return p.own }
	free := func(who string) func(things) any { return func(x things) any { return x.pairs.free[who] } }
	item := fields{"seq": 0, "kind": mentoring.Talk, "title": "谈心谈话", "times": 3}
	return map[string]route{
		"GET /api/mentors":             plain("/api/mentors"),
		"PUT /api/mentors/{person}":    object(fixed(at("/api/mentors/%s", free("political")), fields{"political": true, "professional": false, "strengths": "党务"})),
		"DELETE /api/mentors/{person}": object(at("/api/mentors/%s", free("political"))),
		"GET /api/mentoring-lines":     plain("/api/mentoring-lines"),
		"PUT /api/mentoring-lines": {false, with(at("/api/mentoring-lines"), func(x things) any {
			return fields{"items": []fields{{"department_id": x.department.ID, "line": "刑事检察"}}}
		})},
		"GET /api/mentoring-wishes": plain("/api/mentoring-wishes"),
		"POST /api/mentoring-wishes": {false, with(at("/api/mentoring-wishes"), func(x things) any {
			return fields{"kind": "lock", "mentee_id": x.pairs.free["mentee"], "mentor_id": x.pairs.free["political"], "role": mentoring.Political}
		})},
		"DELETE /api/mentoring-wishes/{id}": object(at("/api/mentoring-wishes/%s", func(x things) any { return x.pairs.wish })),
		"GET /api/mentees":                  plain("/api/mentees"),
		"POST /api/mentoring-proposals":     {false, fixed(at("/api/mentoring-proposals"), fields{"from": today})},

		"GET /api/pairings":      plain("/api/pairings"),
		"GET /api/pairings/mine": plain("/api/pairings/mine"),
		"GET /api/pairings/{id}": object(pairing("")),
		"POST /api/pairings": {false, with(at("/api/pairings"), func(x things) any {
			return fields{"from": today, "items": []fields{{"mentee_id": x.pairs.free["mentee"], "political_id": x.pairs.free["political"], "professional_id": x.pairs.free["professional"]}}}
		})},
		"POST /api/pairings/{id}/signing": object(with(pairing("/signing"), version(fields{"signed_on": today}))),
		"POST /api/pairings/{id}/mentor": object(with(pairing("/mentor"), func(x things) any {
			return version(fields{"role": mentoring.Political, "mentor_id": x.pairs.free["political"], "from": today, "change": "分工调整"})(x)
		})),
		"POST /api/pairings/{id}/end":        object(with(pairing("/end"), version(fields{"last": today, "reason": "学员调离"}))),
		"GET /api/pairings/{id}/plans":       object(pairing("/plans")),
		"GET /api/growth-plans":              plain("/api/growth-plans"),
		"POST /api/growth-plans/publication": {false, fixed(at("/api/growth-plans/publication"), fields{"year": today.Year})},
		"PUT /api/pairings/{id}/plans/{year}": object(with(pairing("/plans/2026"), func(x things) any {
			return fields{"goals": "独立承办案件、形成调研", "items": []fields{item}, "version": x.pairs.plan.Version}
		})),
		"POST /api/pairings/{id}/plans/{year}/agreement": object(with(pairing("/plans/2026/agreement"), func(x things) any { return fields{"version": x.pairs.plan.Version} })),
		"POST /api/growth-plans/{id}/reopening": object(with(at("/api/growth-plans/%s/reopening", func(x things) any { return x.pairs.published.ID }), func(x things) any {
			return fields{"reason": "学员调整岗位", "version": x.pairs.published.Version}
		})),

		"GET /api/pairings/{id}/logs": object(pairing("/logs")),
		"POST /api/pairings/{id}/logs": object(with(pairing("/logs"), func(x things) any {
			return fields{"mentor_id": x.pairs.pairing.Political.ID, "kind": mentoring.Lesson, "held_on": today.AddDays(-1), "minutes": 60, "content": "讲庭审"}
		})),
		"POST /api/mentoring-logs/{id}/confirmation": object(log("/confirmation", reported, fields{})),
		"POST /api/mentoring-logs/{id}/decline":      object(log("/decline", reported, fields{"answer": "那天没有谈"})),
		"POST /api/mentoring-logs/{id}/withdrawal":   object(log("/withdrawal", own, fields{})),
		"GET /api/pairings/{id}/assessments":         object(pairing("/assessments")),
		"PUT /api/pairings/{id}/assessments/{year}/{stage}": object(fixed(pairing("/assessments/2026/mid"),
			fields{"remark": "按计划完成", "version": 0})),

		"GET /api/selections/{id}/sheet": object(at("/api/selections/%s/sheet", func(x things) any { return x.pairs.selection })),
		"PUT /api/selections/{id}/scores": object(with(at("/api/selections/%s/scores", func(x things) any { return x.pairs.selection }), func(x things) any {
			return fields{"items": []fields{{"candidate_id": x.pairs.candidate, "seq": 4, "points": 1500}}}
		})),
		"GET /api/reports/mentor-pairs":         plain("/api/reports/mentor-pairs?quarter=2026Q4"),
		"POST /api/reports/mentor-pairs/issues": {false, fixed(at("/api/reports/mentor-pairs/issues"), fields{"quarter": "2026Q4"})},
		"GET /api/people/{id}/timeline":         object(at("/api/people/%s/timeline", func(x things) any { return x.person })),
	}
}
