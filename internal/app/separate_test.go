package app_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/duty"
	"xianfeng/internal/fault"
	"xianfeng/internal/selection"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// The conflict lines: what is for others to do is refused for oneself, whoever it is
// and by whatever road. Each refusal is the policy's own sentence, so that a line
// that is taken out is missed even where the database would refuse as well.
func TestNobodyActsForThemselves(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	x := o.whole(o.make(branchOf(o, 0), "一支部", "office", "chief"))
	cases := o.selfish(x)
	cookies := map[string]string{}
	for _, login := range []string{"office", "security", "secretary1", "committee1", "chief", "leader1"} {
		cookies[login] = s.signIn(login)
	}
	sentence := fault.From(o.app.Policy.Separate(o.Actor("office"), access.Need{Resource: "ledger", Action: "post"}, o.Person("office"))).Message
	before, asked := fingerprint(t, d), map[access.Line]bool{}
	for _, c := range cases {
		a := s.send(cookies[c.login], c.ask)
		if p, err := a.problem(); err != nil || a.status != 422 || p.Code != "rule_broken" || c.line.Role != "" && !strings.HasPrefix(p.Detail, sentence) {
			t.Errorf("%s: %s: %s %v", c.name, c.ask, a, err)
		}
		asked[c.line] = true
	}
	if after := fingerprint(t, d); after != before {
		t.Error(changed(before, after))
	}
	for _, l := range newPolicy(t).Lines() {
		if l.Reach == "conflict" && !asked[l] {
			t.Errorf("policy line %v is asked by no case", l)
		}
	}
}

type selfishness struct {
	name  string
	line  access.Line // zero where the words are another's than the policy's
	login string
	ask   ask
}

// selfish sets the scene in which people could decide about themselves, and lists
// how they would try.
func (o *office) selfish(x things) []selfishness {
	o.t.Helper()
	line := func(resource, action string) access.Line {
		return access.Line{Role: "any", Resource: resource, Action: action, Reach: "conflict"}
	}
	byHand := func(person, verifier any) ask {
		return post("/api/points/entries", fields{"person_id": person, "rule_id": x.rule, "amount": 50, "fact_on": today, "reason": "补记", "verified_by": verifier})
	}
	verify := func(all ...claim.Saved) ask {
		items := []fields{}
		for _, c := range all {
			items = append(items, fields{"id": c.ID, "version": c.Version})
		}
		return post("/api/claims/verify", fields{"items": items})
	}
	// The group leader is made secretary besides: what they declared for others stays theirs.
	grant := post("/api/grants", fields{"person_id": o.Person("leader1"), "role": "branch_secretary", "place_id": o.Branches[0].ID})
	if a := o.send(o.signIn("security"), grant); a.status != 201 {
		o.t.Fatal(a)
	}
	own, _ := o.submits("secretary1", o.clean("secretary1", "书记本人的申报"))
	other, _ := o.submits("secretary1", o.clean("secretary1", "书记本人的另一项申报"))
	declared, _ := o.submits("leader1", o.clean("chief", "组长代为申报"))
	leaders, _ := o.submits("leader1", o.clean("leader1", "组长本人的申报"))
	offices, _ := o.submits("office", o.clean("office", "政工干部本人的申报"))

	disputed, _ := o.submits("committee1", o.clean("committee1", "委员的申报"))
	declaredToo, _ := o.submits("leader1", o.clean("chief", "组长代为申报并公示"))
	o.on(today.AddDays(-1), func() {
		o.verifies(disputed, declaredToo)
		o.publishes(disputed, declaredToo)
	})
	object := func(key string, c claim.Saved) string {
		notice, item := o.itemOf(c.ID)
		by, scope := o.as(key, "notice", "object")
		filed, err := o.app.Notices.Object(o.t.Context(), by, scope, notice, item, "有出入")
		must(o.t, err)
		return "/api/objections/" + filed.ID.String() + "/decision"
	}
	objected := object("secretary1", disputed)
	aboutDeclared := object("member1", declaredToo)
	meeting, _ := o.confirmed(o.gathering("committee_meeting", 0, today, "支委会"))
	decision := fields{"uphold": false, "answer": "属实", "meeting_id": meeting.ID}

	quarter := func(q int) calendar.Quarter { return calendar.Quarter{Year: 2025, Q: q} }
	standing, of := o.opens(selection.PioneerPost, quarter(1))
	o.nominates(standing.ID, of[o.Person("secretary1")])
	o.nominates(standing.ID, of[o.Person("member1")])
	opinion := func(key string) ask {
		return ask{method: "PUT", path: "/api/selections/" + standing.ID.String() + "/candidates/" + of[o.Person(key)].String() + "/opinion", body: text(fields{"opinion": "agree"})}
	}
	heard, who := o.hears(quarter(2), "chief")
	decide := post("/api/selections/"+heard.String()+"/decision", fields{"awards": []any{who}, "row_version": o.rowVersion(heard)})
	// The chief supervises a department besides, whose morning meetings are then theirs.
	must(o.t, grantTo(o, "chief", "deputy_leader", o.Departments[1].ID))
	month, week := calendar.NewDate(2026, 11, 1), calendar.NewDate(2026, 11, 16)
	reason := func(id uuid.UUID) ask {
		return post("/api/duty-excuses/"+id.String()+"/decision", fields{"approve": true})
	}
	asked := reason(o.asked("office", "seminar", duty.OwnerBranch, o.Branches[0].ID, month))
	supervised := reason(o.asked("deputy", "morning_meeting", duty.OwnerDeputy, o.Departments[1].ID, week))
	occasion, toHold := o.occurs(o.Person("member1"), talk.TypeHardship) // held by the secretary
	team := o.proposes(camp{branch: 0, secretary: "office"}, "本人提议的研习社")
	ended := o.ends(o.begins(camp{branch: 0, secretary: "secretary1", head: "leader1", member: "chief", served: "office"}, "本人参加的研习社"))
	all := map[string]things{"": x}
	o.pairsUp(all, "", map[string]trio{"": {"member1", "chief", "committee1"}})
	judged := all[""].pairs
	return []selfishness{
		{"approve one's own proposal", line("taskforce", "approve"), "office", post("/api/taskforces/"+team.id.String()+"/approval", fields{"version": team.version})},
		{"appraise oneself", line("appraisal", "write"), "office", put("/api/taskforces/"+ended.id.String()+"/appraisals",
			fields{"items": []fields{{"person_id": o.Person("office"), "grade": "excellent", "text": "很好"}}})},
		{"list oneself as a mentor", line("mentoring", "pair"), "office", put("/api/mentors/"+o.Person("office").String(), fields{"political": true, "professional": true, "strengths": ""})},
		{"score pairs that one stands among", line("selection", "score"), "chief", put("/api/selections/"+judged.selection.String()+"/scores",
			fields{"items": []fields{{"candidate_id": judged.candidate, "seq": 4, "points": 1500}}})},
		{"cancel one's own talk", line("talk", "plan"), "secretary1", post("/api/talks/"+toHold.ID.String()+"/cancellation", fields{"reason": "not_needed", "version": toHold.Version})},
		{"put aside what one has to talk about", line("talk", "plan"), "secretary1", post("/api/talk-occasions/"+occasion.String()+"/dismissal", "")},
		{"approve the reason that one gave", line("duty", "approve"), "office", asked},
		{"approve why one's own duty is not met", line("duty", "approve"), "chief", supervised},
		{"post for oneself", line("ledger", "post"), "office", byHand(x.person, x.other)},
		{"verified by whom it is for", access.Line{}, "office", byHand(x.other, x.other)},
		{"reverse one's own", line("ledger", "reverse"), "office", post("/api/points/entries/"+x.entry.String()+"/reversal", fields{"reason": "更正"})},
		{"grant oneself", line("grant", "write"), "security", post("/api/grants", fields{"person_id": o.Person("security"), "role": "party_office"})},
		{"verify one's own claim", line("claim", "verify"), "secretary1", verify(own)},
		{"verify one's own among others", access.Line{}, "secretary1", verify(own, other)},
		{"verify what one declared for another", line("claim", "verify"), "leader1", verify(declared)},
		{"group leader for themselves", line("claim", "verify"), "leader1", verify(leaders)},
		{"office verifies its own", line("claim", "verify"), "office", verify(offices)},
		{"return one's own", line("claim", "verify"), "secretary1", post("/api/claims/"+own.ID.String()+"/return", fields{"version": own.Version, "reason": "改一改"})},
		{"decide about one's own objection", line("notice", "decide"), "secretary1", post(objected, decision)},
		{"decide about what one gains by", line("notice", "decide"), "committee1", post(objected, decision)},
		{"decide about what one declared", line("notice", "decide"), "leader1", post(aboutDeclared, decision)},
		{"review oneself", line("selection", "review"), "secretary1", opinion("secretary1")},
		{"review a rival", line("selection", "review"), "secretary1", opinion("member1")},
		{"decide about oneself", line("selection", "decide"), "chief", decide},
	}
}

// Two accounts of one person are one person: a second one cannot be made, nor can an
// account that is there be put upon somebody who has one.
func TestOnePersonOneAccount(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	person := o.Person("secretary1")
	o.refuse(t, cookies, []refusal{
		{"a second account", "sysadmin", post("/api/accounts", fields{"login": "second", "person_id": person}), 409, "账号"},
		{"an outsider's account", "sysadmin", ask{method: "PUT", path: "/api/accounts/" + x.outsider.String() + "/person", body: text(fields{"person_id": person})}, 409, "账号"},
	})
	if n := number(t, o.app.DB, "SELECT count(*) FROM account_accounts WHERE person_id = ?", person); n != 1 {
		t.Errorf("%d accounts", n)
	}
}
