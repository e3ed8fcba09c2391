package sheet

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"xianfeng/internal/calendar"
)

// Day is a date as read from a cell.
type Day struct {
	Date calendar.Date
	// MonthOnly says that the cell gave only year and month; the date is then
	// the month's first day.
	MonthOnly bool
	// Doubt is a Chinese sentence where the cell can be read in two ways.
	Doubt string
}

// DateSystem is the epoch of a workbook's date serials.
type DateSystem int

// The two epochs that workbooks use.
const (
	Since1900 DateSystem = iota
	Since1904            // old workbooks from a Mac
)

var (
	dayForm     = regexp.MustCompile(`^(\d{4})[-./年,](\d{1,2})[-./月,](\d{1,2})[日号.]?$`)
	timeTail    = regexp.MustCompile(`(?:\s+|[Tt])\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$`)
	monthForm   = regexp.MustCompile(`^(\d{4})[-./年,](\d{1,2})(?:月份?|\.)?$`)
	compactForm = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})?$`)
	serialForm  = regexp.MustCompile(`^([1-9]\d{4})(?:\.\d+)?$`)
	shortYear   = regexp.MustCompile(`^\d{2}[-./年]\d{1,2}(?:[-./月]\d{1,2}日?)?月?$`)
	otherOrder  = regexp.MustCompile(`^\d{1,2}[-./]\d{1,2}[-./]\d{4}$`)
	dateWords   = regexp.MustCompile(`^[〇○零一二两三四五六七八九十廿卅\d]{2,4}年[〇○零一二三四五六七八九十廿卅\d]{1,3}月(?:[〇○零一二三四五六七八九十廿卅\d]{1,3}[日号]?)?$`)
)

// ParseDate reads a day as people write it: 2026.3.5, 2026/3/5, 2026-03-05,
// 2026年3月5日, 20260305, 二〇二六年三月五日, the same with full-width digits, a
// month alone (2026.3, 2026年3月, 202603), and a date serial of the system.
// Days that do not exist are refused. Errors are Chinese and say why.
func ParseDate(s string, system DateSystem) (Day, error) {
	if len(s) > 100 {
		return Day{}, errors.New("不是日期,请写作 2026.3.5 的样式")
	}
	// the time goes before the blanks do: 2026/3/1 10:00 is not the 11th
	k := Key(timeTail.ReplaceAllString(Clean(Unescape(s)), ""))
	if dateWords.MatchString(k) {
		k = arabic(k)
	}
	if m := dayForm.FindStringSubmatch(k); m != nil {
		return makeDay(m[1], m[2], m[3])
	}
	if m := monthForm.FindStringSubmatch(k); m != nil {
		return makeDay(m[1], m[2], "")
	}
	if m := compactForm.FindStringSubmatch(k); m != nil {
		return makeDay(m[1], m[2], m[3])
	}
	if m := serialForm.FindStringSubmatch(k); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits
		return serialDay(n, system), nil
	}
	switch {
	case shortYear.MatchString(k):
		return Day{}, errors.New("年份请写四位,如 2026.3.5")
	case otherOrder.MatchString(k):
		return Day{}, errors.New("请按年、月、日的顺序写,如 2026.3.5")
	case len(k) == 4 && strings.Trim(k, "0123456789") == "":
		return Day{}, errors.New("只有年份,请写到月或日,如 2026.3.5")
	}
	return Day{}, errors.New("不是日期,请写作 2026.3.5 的样式")
}

func makeDay(year, month, day string) (Day, error) {
	y, _ := strconv.Atoi(year) // the forms admit digits only
	m, _ := strconv.Atoi(month)
	d := 1
	if day != "" {
		d, _ = strconv.Atoi(day)
	}
	if y < 1900 || y > 2199 {
		return Day{}, errors.New("年份不合理")
	}
	if m < 1 || m > 12 {
		return Day{}, errors.New("没有这个月份")
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || t.Month() != time.Month(m) {
		return Day{}, errors.New("没有这一天")
	}
	return Day{Date: calendar.NewDate(y, time.Month(m), d), MonthOnly: day == ""}, nil
}

// serialDay counts from the epoch. Below 61 the 1900 system is off by one,
// because it believes in 29 February 1900.
func serialDay(n int, system DateSystem) Day {
	epoch := calendar.NewDate(1899, time.December, 30)
	switch {
	case system == Since1904:
		epoch = calendar.NewDate(1904, time.January, 1)
	case n < 61:
		n++
	}
	return Day{Date: epoch.AddDays(n)}
}

// dateSerial is the 1900 serial of a day.
func dateSerial(d calendar.Date) int {
	return d.Sub(calendar.NewDate(1899, time.December, 30))
}

// arabic turns the number words of 二〇二六年十二月二十一日 into digits.
func arabic(k string) string {
	var out strings.Builder
	var word []rune
	flush := func() {
		if len(word) == 0 {
			return
		}
		out.WriteString(wordDigits(word))
		word = word[:0]
	}
	for _, r := range k {
		switch r {
		case '年', '月', '日', '号':
			flush()
			out.WriteRune(r)
		default:
			word = append(word, r)
		}
	}
	flush()
	return out.String()
}

// wordDigits reads 十一, 二十, 廿一, 三十一 by value and 二〇二六 digit by digit.
func wordDigits(word []rune) string {
	digit := func(r rune) int {
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return map[rune]int{'〇': 0, '○': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4,
			'五': 5, '六': 6, '七': 7, '八': 8, '九': 9}[r]
	}
	tens := -1
	for i, r := range word {
		switch r {
		case '十':
			tens = i
		case '廿', '卅':
			n := 20
			if r == '卅' {
				n = 30
			}
			if i == 0 && len(word) <= 2 {
				if len(word) == 2 {
					n += digit(word[1])
				}
				return strconv.Itoa(n)
			}
			return "99" // refused as no such month or day
		}
	}
	if tens >= 0 {
		if len(word) > 3 || tens > 1 {
			return "99"
		}
		n := 10
		if tens == 1 {
			n = 10 * digit(word[0])
		}
		if tens+1 < len(word) {
			n += digit(word[tens+1])
		}
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, r := range word {
		b.WriteString(strconv.Itoa(digit(r)))
	}
	return b.String()
}
