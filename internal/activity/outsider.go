package activity

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xianfeng/internal/sheet"
)

// Outsider is somebody of a partner unit who worked along (rule 31): counted apart from
// our own, and in no ledger.
type Outsider struct {
	Name    string `json:"name" minLength:"1" maxLength:"60"`
	Partner string `json:"partner" minLength:"1" maxLength:"120" doc:"Their unit"`
	Minutes int    `json:"minutes,omitempty" required:"false" minimum:"0" maximum:"21600" doc:"Of volunteering"`
}

const maxOutsiders = 200

func (r *Record) tidyOutsiders(k Kind) {
	for i := range r.Outsiders {
		o := &r.Outsiders[i]
		o.Name, o.Partner = sheet.Clean(o.Name), sheet.Clean(o.Partner)
		if k.Category != categoryVolunteering {
			o.Minutes = 0
		}
	}
}

func (r Record) checkOutsiders(bad *complaints) {
	if len(r.Outsiders) > maxOutsiders {
		bad.say("outside_people", "外单位人员最多 %d 人", maxOutsiders)
		return
	}
	seen := make(map[Outsider]bool, len(r.Outsiders))
	for i, o := range r.Outsiders {
		field := fmt.Sprintf("outside_people[%d]", i)
		for _, t := range []struct {
			field, text, name string
			most              int
		}{{"name", o.Name, "姓名", 30}, {"partner", o.Partner, "单位", 60}} {
			if n := utf8.RuneCountInString(t.text); n == 0 || n > t.most || strings.ContainsRune(t.text, 0) {
				bad.say(field+"."+t.field, "请填写第 %d 位外单位人员的%s，不超过 %d 个字", i+1, t.name, t.most)
			}
		}
		if o.Minutes < 0 || o.Minutes > int(maxLasting/time.Minute) {
			bad.say(field+".minutes", "第 %d 位外单位人员的服务分钟数不对", i+1)
		}
		one := Outsider{Name: o.Name, Partner: o.Partner}
		if seen[one] {
			bad.say(field+".name", "第 %d 位外单位人员重复了，请删去一个；同单位同名的两人请在姓名后注明", i+1)
		}
		seen[one] = true
	}
}

// checkOutsideMinutes asks of outsiders' volunteering what it asks of our own.
func (r Record) checkOutsideMinutes(k Kind, bad *complaints) {
	if k.Category != categoryVolunteering {
		return
	}
	for i, o := range r.Outsiders {
		field := fmt.Sprintf("outside_people[%d].minutes", i)
		switch {
		case o.Minutes == 0:
			bad.say(field, "请填写外单位人员%s的服务时长", o.Name)
		case time.Duration(o.Minutes)*time.Minute > r.Ends.Sub(r.Starts):
			bad.say(field, "外单位人员%s的服务时长超过了活动时长", o.Name)
		}
	}
}
