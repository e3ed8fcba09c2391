// Package calendar knows the office's days: civil dates, quarters and working
// days, all of them in Asia/Shanghai whatever the machine's own zone is.
package calendar

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // a server image may lack zone files
)

// Shanghai is the zone of every day and quarter in the product.
var Shanghai = mustZone()

func mustZone() *time.Location {
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err) // tzdata is compiled in
	}
	return z
}

// Clock tells the time; handed to constructors so that tests can set it.
type Clock func() time.Time

// Date is a civil day. The zero Date is no day at all; in JSON and in the
// database it is null.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate makes a day; it does not normalise: use Valid for outside input.
func NewDate(year int, month time.Month, day int) Date { return Date{year, month, day} }

// DateOf gives the office's day of a moment.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Date{y, m, d}
}

// ParseDate reads 2006-01-02, the form of the API. Freer forms of people's
// workbooks are sheet.ParseDate's.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, errors.New("日期应写作 2026-03-05 的样式，且是日历上有的一天")
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// IsZero says whether it is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Valid says whether such a day exists between 1900 and 2199.
func (d Date) Valid() bool {
	return d.Year >= 1900 && d.Year < 2200 && DateOf(d.In()) == d
}

// In is the first moment of the day in Shanghai.
func (d Date) In() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Shanghai) }

// UTC is the day at midnight UTC, the form in which database/sql passes a date.
func (d Date) UTC() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays moves by n days.
func (d Date) AddDays(n int) Date {
	y, m, dd := d.UTC().AddDate(0, 0, n).Date()
	return Date{y, m, dd}
}

// Sub is the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.UTC().Sub(o.UTC()) / (24 * time.Hour)) }

// Before says whether d comes before o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After says whether d comes after o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// Compare orders days, for slices.SortFunc.
func (d Date) Compare(o Date) int {
	return (d.Year-o.Year)*10000 + (int(d.Month)-int(o.Month))*100 + d.Day - o.Day
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.UTC().Weekday() }

// String is 2006-01-02, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Chinese is 2006年1月2日.
func (d Date) Chinese() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02; empty is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value hands the day to the database.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		y, m, dd := v.Date()
		*d = Date{y, m, dd}
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("calendar: cannot read %T as a day", src)
	}
	return nil
}
