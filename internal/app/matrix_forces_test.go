package app_test

import (
	"xianfeng/internal/org"
	"xianfeng/internal/taskforce"
)

// forceRequests are the requests of taskforces: their kinds, staff, tasks, outcomes,
// notes, files, appraisals and archive; see matrix.requests.
func forceRequests() map[string]route {
	id := func(which func(forces) force) func(things) any {
		return func(x things) any { return which(x.forces).id }
	}
	proposed := func(f forces) force { return f.proposed }
	approved := func(f forces) force { return f.approved }
	running := func(f forces) force { return f.running }
	ending := func(f forces) force { return f.ending }
	concluded := func(f forces) force { return f.concluded }
	complete := func(f forces) force { return f.complete }
	archived := func(f forces) force { return f.archived }
	version := func(which func(forces) force, more fields) func(things) any {
		return func(x things) any {
			f := fields{"version": which(x.forces).version}
			for k, v := range more {
				f[k] = v
			}
			return f
		}
	}
	member := func(x things) any { return x.forces.member }
	outsider := func(x things) any { return x.forces.outsider }
	task := func(x things) any { return x.forces.task.ID }
	outcome := func(x things) any { return x.forces.outcome }
	note := func(x things) any { return x.forces.note }
	attached := func(x things) any { return x.forces.file }
	kind := fields{"name": "突击队", "head": "队长", "party": false, "approval": false, "outsiders": false, "groups": false, "posts": false, "appraisal": true, "active": true, "ord": 9}
	measure := fields{"name": "微视频", "measure": "部", "money": false, "active": true, "ord": 9}
	seen := func(f fields) fields { return f.copy().and("version", 1) }
	matter := func(x things) fields {
		return fields{"title": "再访企业", "owner_id": x.forces.task.Owner.ID, "due_on": today.AddDays(6)}
	}
	return map[string]route{
		"GET /api/taskforce-kinds":                plain("/api/taskforce-kinds"),
		"POST /api/taskforce-kinds":               {false, fixed(at("/api/taskforce-kinds"), fields{"code": "vanguard", "kind": seen(kind)})},
		"PUT /api/taskforce-kinds/{code}":         {false, fixed(at("/api/taskforce-kinds/legal_team"), seen(kind))},
		"GET /api/taskforce-outcome-kinds":        plain("/api/taskforce-outcome-kinds"),
		"POST /api/taskforce-outcome-kinds":       {false, fixed(at("/api/taskforce-outcome-kinds"), fields{"code": "film", "kind": measure})},
		"PUT /api/taskforce-outcome-kinds/{code}": {false, fixed(at("/api/taskforce-outcome-kinds/base"), measure)},
		"GET /api/taskforce-outcomes":             plain("/api/taskforce-outcomes"),
		"GET /api/activities/projects":            plain("/api/activities/projects"),

		"GET /api/taskforces":      plain("/api/taskforces"),
		"GET /api/taskforces/{id}": object(at("/api/taskforces/%s", id(running))),
		"POST /api/taskforces": object(with(at("/api/taskforces"), func(x things) any {
			return fields{"kind": "study_society", "name": "新的研习社" + x.login, "purpose": "研究", "branch_id": x.branch.ID, "from": today}
		})),
		"PUT /api/taskforces/{id}": object(with(at("/api/taskforces/%s", id(proposed)), version(proposed, fields{"name": "改名的研习社", "purpose": "研究"}))),
		"POST /api/taskforces/{id}/approval": object(with(at("/api/taskforces/%s/approval", id(proposed)), version(proposed,
			fields{"approval_no": "滨检党〔2026〕9号", "approved_on": today}))),
		"POST /api/taskforces/{id}/rejection":  object(with(at("/api/taskforces/%s/rejection", id(proposed)), version(proposed, fields{"answer": "已有同类"}))),
		"POST /api/taskforces/{id}/activation": object(with(at("/api/taskforces/%s/activation", id(approved)), version(approved, nil))),
		"POST /api/taskforces/{id}/staff": object(with(at("/api/taskforces/%s/staff", id(running)), func(x things) any {
			return fields{"people": []fields{{"person_id": x.person, "office": org.OfficeMember, "from": today.AddDays(1)}}}
		})),
		"POST /api/taskforces/{id}/staff/{secondment}/end": object(fixed(at("/api/taskforces/%s/staff/%s/end", id(running), member), fields{"last": today.AddDays(10)})),
		"POST /api/taskforces/{id}/staff/{secondment}/office": object(fixed(at("/api/taskforces/%s/staff/%s/office", id(running), member),
			fields{"office": org.OfficeDeputy, "from": today})),
		"POST /api/taskforces/{id}/outsiders": object(fixed(at("/api/taskforces/%s/outsiders", id(running)),
			fields{"name": "皇甫外", "partner": "区公安分局", "from": today})),
		"POST /api/taskforces/{id}/outsiders/{outsider}/end": object(fixed(at("/api/taskforces/%s/outsiders/%s/end", id(running), outsider), fields{"last": today})),

		"GET /api/taskforces/{id}/tasks":  object(at("/api/taskforces/%s/tasks", id(running))),
		"POST /api/taskforces/{id}/tasks": object(with(at("/api/taskforces/%s/tasks", id(running)), func(x things) any { return matter(x) })),
		"PUT /api/taskforces/{id}/tasks/{task}": object(with(at("/api/taskforces/%s/tasks/%s", id(running), task), func(x things) any {
			return matter(x).and("version", x.forces.task.Version)
		})),
		"POST /api/taskforces/{id}/tasks/{task}/state": object(with(at("/api/taskforces/%s/tasks/%s/state", id(running), task), func(x things) any {
			return fields{"state": taskforce.TaskDone, "version": x.forces.task.Version}
		})),
		"GET /api/taskforces/{id}/outcomes": object(at("/api/taskforces/%s/outcomes", id(running))),
		"POST /api/taskforces/{id}/outcomes": object(fixed(at("/api/taskforces/%s/outcomes", id(running)),
			fields{"kind": "lecture", "title": "送法进企业", "quantity": 1, "reached_on": today})),
		"POST /api/taskforces/{id}/outcomes/{outcome}/void": object(fixed(at("/api/taskforces/%s/outcomes/%s/void", id(running), outcome), fields{"reason": "重复登记"})),
		"POST /api/taskforces/{id}/notes":                   object(fixed(at("/api/taskforces/%s/notes", id(running)), fields{"day": today, "text": "走访两家"})),
		"POST /api/taskforces/{id}/notes/{note}/strike":     object(at("/api/taskforces/%s/notes/%s/strike", id(running), note)),
		"GET /api/taskforces/{id}/files":                    object(at("/api/taskforces/%s/files", id(running))),
		"POST /api/taskforces/{id}/files": object(func(x things) ask {
			return form("POST", "/api/taskforces/"+x.forces.running.id.String()+"/files", "方案.txt", []byte("方案"), nil)
		}),
		"GET /api/taskforces/{id}/files/{file}":    object(at("/api/taskforces/%s/files/%s", id(running), attached)),
		"DELETE /api/taskforces/{id}/files/{file}": object(at("/api/taskforces/%s/files/%s", id(running), attached)),
		"GET /api/taskforces/{id}/timeline":        object(at("/api/taskforces/%s/timeline", id(running))),

		"POST /api/taskforces/{id}/conclusion": object(with(at("/api/taskforces/%s/conclusion", id(ending)), version(ending, fields{"last": today, "summary": "任务完成"}))),
		"GET /api/taskforces/{id}/appraisals":  object(at("/api/taskforces/%s/appraisals", id(concluded))),
		"PUT /api/taskforces/{id}/appraisals": object(with(at("/api/taskforces/%s/appraisals", id(concluded)), func(x things) any {
			return fields{"items": []fields{{"person_id": x.forces.unwritten, "grade": taskforce.Good, "text": "认真负责"}}}
		})),
		"GET /api/appraisals":                 plain("/api/appraisals"),
		"POST /api/appraisals/{id}/receipt":   object(at("/api/appraisals/%s/receipt", func(x things) any { return x.forces.appraisal })),
		"POST /api/taskforces/{id}/archive":   object(with(at("/api/taskforces/%s/archive", id(complete)), version(complete, nil))),
		"GET /api/taskforces/{id}/archive":    object(at("/api/taskforces/%s/archive", id(archived))),
		"GET /api/taskforces/{id}/bundle.zip": object(at("/api/taskforces/%s/bundle.zip", id(archived))),
		"GET /api/reports/taskforces":         plain("/api/reports/taskforces?quarter=2026Q4"),
		"POST /api/reports/taskforces/issues": {false, fixed(at("/api/reports/taskforces/issues"), fields{"quarter": "2026Q4"})},
	}
}
