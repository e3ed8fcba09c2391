package app_test

import (
	"github.com/google/uuid"

	"xianfeng/internal/claim"
	"xianfeng/internal/selection"
)

// circleRequests are the requests of claims, notices, schemes, the quarter's close
// and selections; see matrix.requests.
func circleRequests() map[string]route {
	person := func(x things) any { return x.person }
	draft := func(x things) any { return x.circle.draft.ID }
	submitted := func(x things) any { return x.circle.submitted.ID }
	seen := func(s func(x things) claim.Saved, more fields) func(things) any {
		return func(x things) any {
			f := fields{"version": s(x).Version}
			for k, v := range more {
				f[k] = v
			}
			return f
		}
	}
	ofDraft := func(x things) claim.Saved { return x.circle.draft }
	ofSubmitted := func(x things) claim.Saved { return x.circle.submitted }
	claimed := func(x things) fields {
		return fields{"person_id": x.person, "rule_code": "clean_quarter", "fact_on": today.AddDays(-10), "matter": "全季度遵规守纪", "statement": "无"}
	}
	pdf := []byte("%PDF-1.7")
	notice := func(x things) any { return x.circle.notice }
	objection := func(x things) any { return x.circle.objection }
	scheme := func(x things) any { return x.circle.scheme.ID }
	schemeVersion := func(x things) any { return fields{"row_version": x.circle.scheme.RowVersion} }
	open := func(x things) any { return x.circle.open }
	tied := func(x things) any { return x.circle.tied }
	versioned := func(id func(things) uuid.UUID, more func(things) fields) func(things) any {
		return func(x things) any { return more(x).and("row_version", x.circle.versions[id(x)]) }
	}
	nominee := func(format string) func(things) ask {
		return at(format, func(x things) any { return x.circle.nominee.selection }, func(x things) any { return x.circle.nominee.id })
	}
	newcomer := func(format string) func(things) ask {
		return at(format, func(x things) any { return x.circle.newcomer.selection }, func(x things) any { return x.circle.newcomer.id })
	}
	ready := func(x things) any { return x.circle.ready }
	heard := func(x things) any { return x.circle.heard }
	return map[string]route{
		"GET /api/claims/rules":         plain("/api/claims/rules"),
		"GET /api/claims/beneficiaries": plain("/api/claims/beneficiaries"),
		"GET /api/claims/honours":       object(at("/api/claims/honours?person_id=%s", person)),
		"GET /api/claims/preview":       object(at("/api/claims/preview?rule_code=clean_quarter&fact_on=2026-11-02&person_id=%s", person)),
		"GET /api/claims":               plain("/api/claims"),
		"GET /api/claims/export":        plain("/api/claims/export"),
		"GET /api/claims/{id}":          object(at("/api/claims/%s", submitted)),
		"POST /api/claims":              object(with(at("/api/claims"), func(x things) any { return claimed(x) })),
		"PUT /api/claims/{id}":          object(with(at("/api/claims/%s", draft), func(x things) any { return claimed(x).and("version", x.circle.draft.Version) })),
		"DELETE /api/claims/{id}":       object(at("/api/claims/%s?version=%d", draft, func(x things) any { return x.circle.draft.Version })),
		"POST /api/claims/{id}/submit":  object(with(at("/api/claims/%s/submit", draft), seen(ofDraft, nil))),
		"POST /api/claims/{id}/recall":  object(with(at("/api/claims/%s/recall", submitted), seen(ofSubmitted, nil))),
		"POST /api/claims/{id}/withdraw": object(with(at("/api/claims/%s/withdraw", submitted),
			seen(ofSubmitted, fields{"reason": "不再申报"}))),
		"POST /api/claims/verify": object(with(at("/api/claims/verify"), func(x things) any {
			return fields{"items": []fields{{"id": x.circle.submitted.ID, "version": x.circle.submitted.Version}}}
		})),
		"POST /api/claims/{id}/return": object(with(at("/api/claims/%s/return", submitted), seen(ofSubmitted, fields{"reason": "证明材料不全"}))),
		"POST /api/claims/notice":      object(with(at("/api/claims/notice"), func(x things) any { return fields{"ids": []any{x.circle.verified.ID}} })),
		"POST /api/claims/{id}/evidence": object(func(x things) ask {
			return form("POST", "/api/claims/"+x.circle.draft.ID.String()+"/evidence", "补充证明.pdf", pdf, nil)
		}),
		"GET /api/claims/{id}/evidence/{file}":    object(at("/api/claims/%s/evidence/%s", submitted, func(x things) any { return x.circle.submittedFile })),
		"DELETE /api/claims/{id}/evidence/{file}": object(at("/api/claims/%s/evidence/%s", draft, func(x things) any { return x.circle.draftFile })),

		"GET /api/notices":                    plain("/api/notices"),
		"GET /api/notices/{id}":               object(at("/api/notices/%s", notice)),
		"GET /api/notices/{id}/sheet.xlsx":    object(at("/api/notices/%s/sheet.xlsx", notice)),
		"POST /api/notices/{id}/cancellation": object(fixed(at("/api/notices/%s/cancellation", notice), fields{"reason": "名单有误"})),
		"POST /api/notices/{id}/items/{item}/objections": object(fixed(at("/api/notices/%s/items/%s/objections", notice,
			func(x things) any { return x.circle.item }), fields{"statement": "与事实不符"})),
		"DELETE /api/objections/{id}":       object(at("/api/objections/%s", objection)),
		"GET /api/objections":               plain("/api/objections"),
		"GET /api/objections/{id}/meetings": object(at("/api/objections/%s/meetings", objection)),
		"POST /api/objections/{id}/decision": object(with(at("/api/objections/%s/decision", objection), func(x things) any {
			return fields{"uphold": false, "answer": "经核实，申报属实", "meeting_id": x.circle.meeting}
		})),

		"GET /api/selections":                             plain("/api/selections"),
		"GET /api/selections/{id}":                        object(at("/api/selections/%s", tied)),
		"GET /api/selections/{id}/candidates":             object(at("/api/selections/%s/candidates", tied)),
		"GET /api/selections/{id}/candidates/{candidate}": object(nominee("/api/selections/%s/candidates/%s")),
		"POST /api/selections":                            {false, fixed(at("/api/selections"), fields{"kind": selection.Pennant, "quarter": "2026Q4"})},
		"POST /api/selections/{id}/computation":           object(at("/api/selections/%s/computation", open)),
		"PUT /api/selections/{id}/candidates/{candidate}/nomination": object(fixed(newcomer("/api/selections/%s/candidates/%s/nomination"),
			fields{"reasons": "表现突出"})),
		"DELETE /api/selections/{id}/candidates/{candidate}/nomination": object(nominee("/api/selections/%s/candidates/%s/nomination")),
		"PUT /api/selections/{id}/candidates/{candidate}/opinion": object(fixed(nominee("/api/selections/%s/candidates/%s/opinion"),
			fields{"opinion": selection.Agree})),
		"POST /api/selections/{id}/choice": object(with(at("/api/selections/%s/choice", tied), versioned(func(x things) uuid.UUID { return x.circle.tied }, func(x things) fields {
			return fields{"candidate_id": x.circle.chosen, "reason": "会议纪律更好"}
		}))),
		"POST /api/selections/{id}/notice": object(with(at("/api/selections/%s/notice", ready), versioned(func(x things) uuid.UUID { return x.circle.ready }, func(things) fields { return fields{} }))),
		"POST /api/selections/{id}/decision": object(with(at("/api/selections/%s/decision", heard), versioned(func(x things) uuid.UUID { return x.circle.heard }, func(x things) fields {
			return fields{"awards": []any{x.circle.awarded}}
		}))),
		"POST /api/selections/{id}/cancellation": object(fixed(at("/api/selections/%s/cancellation", open), fields{"reason": "本季不再评选"})),
		"GET /api/honours":                       plain("/api/honours"),
		"GET /api/honours/export":                plain("/api/honours/export"),
		"GET /api/honours/{id}":                  object(at("/api/honours/%s", func(x things) any { return x.circle.honour })),

		"GET /api/schemes/{id}/sheet.xlsx": object(at("/api/schemes/%s/sheet.xlsx", func(x things) any { return x.scheme })),
		"POST /api/schemes":                object(with(at("/api/schemes"), func(x things) any { return fields{"based_on": x.scheme} })),
		"PUT /api/schemes/{id}": object(with(at("/api/schemes/%s", scheme), func(x things) any {
			return fields{"row_version": x.circle.scheme.RowVersion, "document": x.circle.scheme.Text()}
		})),
		"DELETE /api/schemes/{id}":               object(at("/api/schemes/%s?row_version=%d", scheme, func(x things) any { return x.circle.scheme.RowVersion })),
		"POST /api/schemes/{id}/publication":     object(with(at("/api/schemes/%s/publication", scheme), schemeVersion)),
		"GET /api/schemes/{id}/comparison":       object(at("/api/schemes/%s/comparison", scheme)),
		"GET /api/schemes/{id}/trial":            object(at("/api/schemes/%s/trial?quarter=2026Q3", scheme)),
		"GET /api/schemes/{id}/trial/sheet.xlsx": object(at("/api/schemes/%s/trial/sheet.xlsx?quarter=2026Q3", scheme)),
		"GET /api/scheme-imports/template.xlsx":  plain("/api/scheme-imports/template.xlsx"),
		"POST /api/scheme-imports": {false, func(x things) ask {
			return form("POST", "/api/scheme-imports", "积分条款.xlsx", x.circle.rulebook, nil)
		}},
		"GET /api/points/quarters/{quarter}/checklist": plain("/api/points/quarters/2026Q3/checklist"),
		"POST /api/points/quarters/{quarter}/notices": object(with(at("/api/points/quarters/2026Q3/notices"), func(x things) any {
			return fields{"branch_id": x.branch.ID}
		})),
		"POST /api/points/quarters/{quarter}/close": {false, with(at("/api/points/quarters/2026Q3/close"), func(x things) any {
			return fields{"fingerprint": x.circle.fingerprint, "acknowledged": true}
		})},
		"GET /api/ledgers/{person}/statements/{month}": object(at("/api/ledgers/%s/statements/2026-11", person)),
		"GET /api/points/vouchers/{number}":            object(at("/api/points/vouchers/%d", func(x things) any { return x.circle.voucher })),
		"GET /api/fairness":                            plain("/api/fairness?quarter=2026Q3"),
		"GET /api/fairness/cuts":                       plain("/api/fairness/cuts?quarter=2026Q3"),
		"GET /api/fairness/decisions":                  {false, at("/api/fairness/decisions?quarter=2026Q4&verifier=%s", person)},

		"GET /api/holidays": plain("/api/holidays?year=2027"),
		"POST /api/holidays/{year}/preview": {false, func(things) ask {
			return form("POST", "/api/holidays/2028/preview", "节假日.csv", holidays(2028), nil)
		}},
		"PUT /api/holidays/{year}": {false, func(x things) ask {
			return form("PUT", "/api/holidays/2027", "节假日.csv", holidays(2027), map[string]string{"plan": x.circle.holidays})
		}},
		"DELETE /api/holidays/{year}": plain("/api/holidays/2027"),

		"GET /api/reports/annual-summary":         object(at("/api/reports/annual-summary?quarter=2026Q4&branch=%s", func(x things) any { return x.branch.ID })),
		"POST /api/reports/annual-summary/issues": object(with(at("/api/reports/annual-summary/issues"), func(x things) any { return fields{"quarter": "2026Q4", "branch": x.branch.ID} })),
		"GET /api/reports/pennant":                object(at("/api/reports/pennant?quarter=2026Q3&branch=%s", func(x things) any { return x.branch.ID })),
		"POST /api/reports/pennant/issues":        object(with(at("/api/reports/pennant/issues"), func(x things) any { return fields{"quarter": "2026Q3", "branch": x.branch.ID} })),
		"POST /api/reports/verification":          {false, func(things) ask { return form("POST", "/api/reports/verification", "报表.xlsx", roster(), nil) }},
	}
}
