package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// volunteerService is workbook 6, 志愿服务统计表: a line for each confirmed record of
// volunteering in the quarter or, annual, the year. Of a branch it counts the people whose branch it was on
// the day; 人数 of the total row counts everybody once, and 人次 is never derived from
// hours (rule 30). People of partner units stand apart (rule 31).
func volunteerService(annual bool) Definition {
	kind, name, short := "volunteer-service", "志愿服务统计表", "志愿服务"
	if annual {
		kind, name, short = "volunteer-year", "年度志愿服务统计表", "年度志愿服务"
	}
	return Definition{
		Kind: kind, Resource: "volunteer_service", Name: name, Short: short, annual: annual, apart: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "志愿服务按活动统计，请不要选择人员")
			}
			list, err := services(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			people, branches, err := servants(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(serviceColumns(people), list, func(s *service) opening { return opening{record: s.Record} })
			p.name, p.title = "志愿服务", a.period()+"志愿服务统计表"
			if len(list) == 0 {
				p.note = "范围内没有志愿服务记录"
			}
			for _, b := range branches {
				p.places = append(p.places, place{Branch: b}) // the zero place of those of no branch: the unit's
			}
			return []page{p}, nil
		},
	}
}

// service is one record of volunteering as far as the scope reaches it.
type service struct {
	Record                          uuid.UUID
	Day                             calendar.Date
	Title, Place, Served, Organiser string
	Participations, Minutes         int // of our own people; minutes counted after rounding
	Outsiders, OutsideMinutes       int
}

// voucher is 凭证: the end of the record's id, which the record's page shows whole.
func (s *service) voucher() string {
	id := s.Record.String()
	return fmt.Sprintf("活动-%s", id[len(id)-8:])
}

// serviceColumns are the columns of the workbook; people is how many there are in all.
func serviceColumns(people int64) []column[*service] {
	return []column[*service]{
		{sheet.Column{Key: "day", Title: "日期", Kind: sheet.Date, Width: 14}, func(_ int, s *service) any { return s.Day }},
		{sheet.Column{Key: "title", Title: "活动", Width: 26}, func(_ int, s *service) any { return s.Title }},
		{sheet.Column{Key: "place", Title: "地点", Width: 18}, func(_ int, s *service) any { return s.Place }},
		{sheet.Column{Key: "served", Title: "对象", Width: 14}, func(_ int, s *service) any { return s.Served }},
		// Of one record 人数 and 人次 are the same; of many they are not.
		{sheet.Column{Key: "people", Title: "人数", Kind: sheet.Int, Width: 8, Overall: &people}, func(_ int, s *service) any { return s.Participations }},
		{sheet.Column{Key: "participations", Title: "人次", Kind: sheet.Int, Width: 8, Total: true}, func(_ int, s *service) any { return s.Participations }},
		{sheet.Column{Key: "minutes", Title: "总时长(h)", Kind: sheet.Hours, Width: 12, Total: true}, func(_ int, s *service) any { return s.Minutes }},
		{sheet.Column{Key: "outsiders", Title: "人次", Group: "另:外单位", Kind: sheet.Int, Width: 8, Total: true}, func(_ int, s *service) any { return s.Outsiders }},
		{sheet.Column{Key: "outside_minutes", Title: "时长(h)", Group: "另:外单位", Kind: sheet.Hours, Width: 11, Total: true}, func(_ int, s *service) any { return s.OutsideMinutes }},
		{sheet.Column{Key: "organiser", Title: "组织支部", Width: 24}, func(_ int, s *service) any { return s.Organiser }},
		{sheet.Column{Key: "voucher", Title: "凭证", Width: 18, Align: sheet.Center}, func(_ int, s *service) any { return s.voucher() }},
	}
}
