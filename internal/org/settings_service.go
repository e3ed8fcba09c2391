package org

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// ReadSettings reads the office's settings.
func (s *Service) ReadSettings(ctx context.Context, scope access.Scope) (UnitSettings, error) {
	return Settings(ctx, s.db, scope.Unit())
}

// SaveSettings replaces the settings; the audit row says what changed.
func (s *Service) SaveSettings(ctx context.Context, by access.Actor, scope access.Scope, in UnitSettings) (UnitSettings, error) {
	if !scope.Whole() {
		return in, fault.New(fault.Forbidden, "修改系统设置需要全院范围的权限")
	}
	if err := in.check(); err != nil {
		return in, err
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		was, err := lockSettings(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		changes := was.changes(in)
		if err := saveSettings(ctx, tx, by.Unit, in); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "settings.write", Object: "unit", ObjectID: by.Unit,
			Summary: "修改系统设置：" + changedNames(changes), Detail: changes})
	})
	return in, err
}

func (s UnitSettings) changes(to UnitSettings) []Change {
	var out []Change
	a, b := reflect.ValueOf(s), reflect.ValueOf(to)
	for i := range a.NumField() {
		from, now := fmt.Sprint(a.Field(i).Interface()), fmt.Sprint(b.Field(i).Interface())
		if from != now {
			field, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			out = append(out, Change{field, settingName(field), from, now})
		}
	}
	return out
}

// settingName is what people call a setting.
func settingName(field string) string {
	switch field {
	case "ranking_visibility":
		return "排名可见范围"
	case "ranking_column":
		return "报表排名列"
	case "ledger_holders":
		return "积分台账范围"
	case "late_after_days":
		return "补录期限"
	case "meeting_quorum_percent":
		return "会议法定人数比例"
	case "election_quorum_percent":
		return "选举法定人数比例"
	case "committee_quorum_percent":
		return "支委会法定人数比例"
	case "hours_rounding":
		return "志愿时长取整"
	case "notice_days":
		return "公示期"
	case "pioneer_quota":
		return "先锋岗名额"
	case "talks_per_day":
		return "每人每天的谈话数"
	case "quarter_plan_day":
		return "季度计划报备日"
	case "mentee_age":
		return "青年干警年龄上限"
	case "mentee_years":
		return "青年干警工作年限"
	case "mentees_per_mentor":
		return "每位导师的学员数"
	case "pairing_years":
		return "结对期限"
	case "hours_notice_days":
		return "志愿时长公示期"
	case "short_volunteers":
		return "不足半小时的计法"
	case "report_fonts":
		return "报表字体"
	}
	return field
}
