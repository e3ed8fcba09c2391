package points

import (
	"time"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// The activity categories that the default scheme speaks of.
const (
	threeMeetings  = "three_meetings" // 三会一课
	partyDay       = "party_day"
	study          = "study"
	organisational = "organisational"
)

// defaultScheme is the scheme an office starts with: the defaults of rule 12, with
// caps by month and quarter that keep one diligent habit from filling a dimension.
func defaultScheme(now time.Time, from calendar.Date) Scheme {
	s := Scheme{
		ID: db.NewID(), Version: 1, Name: "党员积分量化管理办法", State: SchemePublished,
		EffectiveFrom: from, PublishedAt: &now,
		Limits: []Limit{{Political, 1200}, {Professional, 1200}, {Discipline, 800}, {Conduct, 800}},
	}
	at := func(n int) *int { return &n }
	partyLife := []string{threeMeetings, partyDay, study, organisational}
	s.Rules = []Rule{
		{Code: "base", Title: "季度基础分", Clause: "第五条", Dimension: Base, Trigger: TriggerQuarter, Points: 6000},

		{Code: "attend_meetings", Title: "参加三会一课", Clause: "第六条第一项", Dimension: Political, Trigger: TriggerAttendance,
			Categories: []string{threeMeetings}, Points: 100, CapMonth: at(400)},
		{Code: "attend_party_day", Title: "参加主题党日", Clause: "第六条第二项", Dimension: Political, Trigger: TriggerAttendance,
			Categories: []string{partyDay}, Points: 100, CapMonth: at(200)},
		{Code: "attend_study", Title: "参加集中学习", Clause: "第六条第三项", Dimension: Political, Trigger: TriggerAttendance,
			Categories: []string{study}, Points: 100, CapMonth: at(200)},
		{Code: "lecture", Title: "讲党课", Clause: "第六条第四项", Dimension: Political, Trigger: TriggerLecturing,
			Kinds: []string{"party_lecture"}, Points: 300, CapQuarter: at(600)},

		{Code: "host", Title: "主持党内活动", Clause: "第七条第一项", Dimension: Professional, Trigger: TriggerHosting,
			Categories: partyLife, Points: 50, CapMonth: at(200)},
		{Code: "record", Title: "记录党内活动", Clause: "第七条第二项", Dimension: Professional, Trigger: TriggerRecording,
			Categories: partyLife, Points: 50, CapMonth: at(200)},
		{Code: "honour_district", Title: "获区级表彰", Clause: "第七条第三项", Dimension: Professional, Trigger: TriggerClaim,
			Points: 200, CapYear: at(400), NeedsEvidence: true, HonourLevel: at(1)},
		{Code: "honour_city", Title: "获市级表彰", Clause: "第七条第四项", Dimension: Professional, Trigger: TriggerClaim,
			Points: 400, CapYear: at(800), NeedsEvidence: true, HonourLevel: at(2)},
		{Code: "honour_province", Title: "获省级以上表彰", Clause: "第七条第五项", Dimension: Professional, Trigger: TriggerClaim,
			Points: 800, CapYear: at(1600), NeedsEvidence: true, HonourLevel: at(3)},

		{Code: "clean_quarter", Title: "全季度遵规守纪", Clause: "第八条第一项", Dimension: Discipline, Trigger: TriggerClaim,
			Points: 800, CapQuarter: at(800), NeedsEvidence: true},
		{Code: "absent_study", Title: "无故缺席集中学习", Clause: "第八条第二项", Dimension: Discipline, Trigger: TriggerAbsence,
			Categories: []string{study}, Points: -300},
		{Code: "absent_meetings", Title: "无故缺席三会一课", Clause: "第八条第三项", Dimension: Discipline, Trigger: TriggerAbsence,
			Categories: []string{threeMeetings}, Points: -200},
		{Code: "other_deduction", Title: "其他纪律扣分", Clause: "第八条第四项", Dimension: Discipline, Trigger: TriggerOffice,
			Points: -800, Per: PerAmount},

		{Code: "volunteer", Title: "志愿服务", Clause: "第九条第一项", Dimension: Conduct, Trigger: TriggerVolunteering,
			Points: 50, Per: PerHour, CapEvent: at(400)},

		{Code: "public_criticism", Title: "通报批评", Clause: "第十条第一项", Dimension: Discipline, Trigger: TriggerOffice, Veto: true},
		{Code: "violation", Title: "违纪违法", Clause: "第十条第二项", Dimension: Discipline, Trigger: TriggerOffice, Veto: true},

		{Code: "correct_political", Title: "更正调整（政治）", Clause: "第十二条", Dimension: Political, Trigger: TriggerOffice, Per: PerAmount},
		{Code: "correct_professional", Title: "更正调整（业务）", Clause: "第十二条", Dimension: Professional, Trigger: TriggerOffice, Per: PerAmount},
		{Code: "correct_discipline", Title: "更正调整（纪律）", Clause: "第十二条", Dimension: Discipline, Trigger: TriggerOffice, Per: PerAmount},
		{Code: "correct_conduct", Title: "更正调整（作风）", Clause: "第十二条", Dimension: Conduct, Trigger: TriggerOffice, Per: PerAmount},
	}
	for i := range s.Rules {
		r := &s.Rules[i]
		r.ID, r.Ord = db.NewID(), (i+1)*10
		if r.Per == "" {
			r.Per = PerEvent
		}
	}
	return s
}
