package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"xianfeng/internal/calendar"
)

const (
	zone = "Asia/Shanghai"
	// stamp is a moment of UTC, local one of the zone named beside it.
	stamp = "20060102T150405Z"
	local = "20060102T150405"
	whole = "20060102"
)

// refresh is how often programs are asked to come again.
const refresh = "PT6H"

// render writes the calendar (RFC 5545). The same events give the same bytes: made
// stands for moments that a source does not know.
func render(events []Event, names bool, made time.Time) ([]byte, error) {
	c := ics.NewCalendar()
	c.SetProductId("-//Xianfeng//Calendar//ZH")
	c.SetCalscale("GREGORIAN")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName("先锋：我的日程")
	c.SetXWRTimezone(zone)
	c.SetRefreshInterval(refresh) // writes VALUE=DURATION itself
	c.SetXPublishedTTL(refresh)
	tz := c.AddTimezone(zone)
	standard := tz.AddStandard()
	standard.SetProperty(ics.ComponentPropertyDtStart, "19700101T000000")
	standard.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), "+0800")
	standard.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), "+0800")
	standard.SetProperty(ics.ComponentProperty(ics.PropertyTzname), "CST")

	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(a.Day.Compare(b.Day), strings.Compare(a.At, b.At), strings.Compare(a.UID, b.UID))
	})
	for _, e := range events {
		if err := add(c, e, names, made); err != nil {
			return nil, fmt.Errorf("%s: %w", e.UID, err)
		}
	}
	var b bytes.Buffer
	// The library ends lines as the machine does unless told.
	if err := c.SerializeTo(&b, ics.WithNewLine("\r\n"), ics.WithLineLength(75)); err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	return b.Bytes(), nil
}

func add(c *ics.Calendar, e Event, names bool, made time.Time) error {
	v := c.AddEvent(e.UID)
	changed := e.Changed
	if changed.IsZero() {
		changed = made
	}
	at := changed.UTC().Format(stamp)
	v.SetProperty(ics.ComponentPropertyDtstamp, at)
	v.SetProperty(ics.ComponentPropertyLastModified, at)
	v.SetSequence(e.Sequence)
	v.SetSummary(plain(e.title(names)))
	v.SetClass(ics.ClassificationPrivate)
	if e.At == "" { // the end is the first day after
		v.SetProperty(ics.ComponentPropertyDtStart, e.Day.UTC().Format(whole), ics.WithValue(string(ics.ValueDataTypeDate)))
		v.SetProperty(ics.ComponentPropertyDtEnd, e.Day.AddDays(1).UTC().Format(whole), ics.WithValue(string(ics.ValueDataTypeDate)))
		v.SetTimeTransparency(ics.TransparencyTransparent)
		return nil
	}
	begins, err := time.ParseInLocation("2006-01-02 15:04", e.Day.String()+" "+e.At, calendar.Shanghai)
	if err != nil {
		return fmt.Errorf("begins: %w", err)
	}
	v.SetProperty(ics.ComponentPropertyDtStart, begins.Format(local), ics.WithTZID(zone))
	v.SetProperty(ics.ComponentPropertyDtEnd, begins.Add(e.Takes).Format(local), ics.WithTZID(zone))
	v.SetTimeTransparency(ics.TransparencyOpaque)
	return nil
}

// plain is a title without what could end a line or hide in it: names of types and
// places are typed by people.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}
