package talk

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// occasional says whether a type of talk falls due by an occasion.
func occasional(code string) bool {
	return slices.Contains(occasionKinds(), code)
}

func occasionKinds() []string {
	return []string{TypePostChange, TypeTransfer, TypeCommendation, TypeDiscipline, TypeHardship}
}

// The talkers whom an occasion's type may name.
const (
	TalkerSecretary      = "secretary"
	TalkerDepartmentHead = "department_head"
	TalkerDeputy         = "deputy_leader"
	TalkerLeader         = "leader"
)

// check puts a changed type right, or refuses it.
func (t *Type) check() error {
	t.Name = strings.TrimSpace(t.Name)
	var bad []fault.Detail
	add := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	if n := len([]rune(t.Name)); n < 1 || n > 20 {
		add("name", "名称须在 1 到 20 个字之间")
	}
	if t.Code == TypeCommittee {
		if t.Pairing != "each" && t.Pairing != "one" {
			add("pairing", "请选择支委两两谈话，还是每人至少谈一次")
		}
	} else {
		t.Pairing = ""
	}
	if t.Occasion = occasional(t.Code); t.Occasion {
		if !slices.Contains([]string{TalkerSecretary, TalkerDepartmentHead, TalkerDeputy, TalkerLeader}, t.Talker) {
			add("talker", "请选择由谁谈话")
		}
		if t.WithinDays < 1 || t.WithinDays > 90 {
			add("within_days", "期限应在 1 到 90 个工作日之间")
		}
	} else {
		t.Talker, t.WithinDays = "", 0
	}
	return fault.Fields(bad)
}

// Leader is somebody who talks with every member of staff, or with those of a
// department.
type Leader struct {
	ID             uuid.UUID      `json:"id"`
	PersonID       uuid.UUID      `json:"person_id"`
	PersonName     string         `json:"person_name"`
	DepartmentID   *uuid.UUID     `json:"department_id,omitempty" doc:"Absent: the whole office"`
	DepartmentName string         `json:"department_name,omitempty"`
	PerDay         *int           `json:"per_day,omitempty" doc:"Talks a day; absent: as the settings say"`
	ValidFrom      calendar.Date  `json:"valid_from"`
	ValidTo        *calendar.Date `json:"valid_to,omitempty" doc:"The last day"`
}

// LeaderInput names a leader.
type LeaderInput struct {
	Person     uuid.UUID     `json:"person_id"`
	Department uuid.UUID     `json:"department_id,omitzero" doc:"Left out: the whole office"`
	PerDay     int           `json:"per_day,omitempty" minimum:"0" maximum:"20" doc:"0: as the settings say"`
	From       calendar.Date `json:"from"`
}

// horizon is how many days ahead something dated may begin or end.
const horizon = 366

func checkFrom(from, today calendar.Date) error {
	if !from.Valid() {
		return fault.Field("from", "请填写起始日期")
	}
	if from.After(today.AddDays(horizon)) || from.Before(today.AddDays(-horizon)) {
		return fault.Field("from", "起始日期须在前后一年之内")
	}
	return nil
}

func checkLast(last, today calendar.Date) error {
	if !last.Valid() {
		return fault.Field("last", "请填写最后一天")
	}
	if last.After(today.AddDays(horizon)) {
		return fault.Field("last", "最后一天不能晚于一年以后")
	}
	return nil
}
