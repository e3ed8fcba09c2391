package calendar

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Quarter is a calendar quarter, written 2026Q3 everywhere: command line, API,
// database. Rule 14 closes books by it.
type Quarter struct {
	Year int
	Q    int // 1 to 4
}

// QuarterOf gives the quarter that a day is in.
func QuarterOf(d Date) Quarter { return Quarter{d.Year, (int(d.Month)-1)/3 + 1} }

// ParseQuarter reads 2026Q3.
func ParseQuarter(s string) (Quarter, error) {
	if len(s) == 6 && (s[4] == 'Q' || s[4] == 'q') && s[5] >= '1' && s[5] <= '4' {
		if y, err := strconv.Atoi(s[:4]); err == nil && y >= 1900 && y < 2200 {
			return Quarter{y, int(s[5] - '0')}, nil
		}
	}
	return Quarter{}, fmt.Errorf("季度应写作 2026Q3 的样式，收到的是 %q", s)
}

// IsZero says whether it is no quarter.
func (q Quarter) IsZero() bool { return q == Quarter{} }

// First is the quarter's first day.
func (q Quarter) First() Date { return Date{q.Year, time.Month(q.Q*3 - 2), 1} }

// Last is the quarter's last day.
func (q Quarter) Last() Date { return q.Next().First().AddDays(-1) }

// Next is the quarter after.
func (q Quarter) Next() Quarter {
	if q.Q == 4 {
		return Quarter{q.Year + 1, 1}
	}
	return Quarter{q.Year, q.Q + 1}
}

// Prev is the quarter before.
func (q Quarter) Prev() Quarter {
	if q.Q == 1 {
		return Quarter{q.Year - 1, 4}
	}
	return Quarter{q.Year, q.Q - 1}
}

// Before orders quarters.
func (q Quarter) Before(o Quarter) bool { return q.Compare(o) < 0 }

// Compare orders quarters by time.
func (q Quarter) Compare(o Quarter) int { return (q.Year-o.Year)*4 + q.Q - o.Q }

// String is 2026Q3, or nothing for the zero Quarter.
func (q Quarter) String() string {
	if q.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04dQ%d", q.Year, q.Q)
}

// Chinese is 2026年第三季度.
func (q Quarter) Chinese() string {
	if q.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年第%s季度", q.Year, [...]string{"一", "二", "三", "四"}[q.Q-1])
}

// MarshalText writes String.
func (q Quarter) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads 2026Q3; empty is the zero Quarter.
func (q *Quarter) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*q = Quarter{}
		return nil
	}
	v, err := ParseQuarter(string(b))
	if err != nil {
		return err
	}
	*q = v
	return nil
}

// Value hands the quarter to the database.
func (q Quarter) Value() (driver.Value, error) {
	if q.IsZero() {
		return nil, nil
	}
	return q.String(), nil
}

// Scan reads a text column.
func (q *Quarter) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*q = Quarter{}
		return nil
	case string:
		return q.UnmarshalText([]byte(v))
	case []byte:
		return q.UnmarshalText(v)
	}
	return fmt.Errorf("calendar: cannot read %T as a quarter", src)
}
