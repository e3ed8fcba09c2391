package volunteer

import (
	"fmt"
	"testing"
)

// Hours in hundredths are whole minutes where they are, whatever a binary fraction makes
// of them: 1.1 hours are 66 minutes.
func TestReadMinutes(t *testing.T) {
	for n := 5; n <= 2400; n += 5 { // every 3 minutes
		for _, text := range []string{fmt.Sprintf("%d.%02d", n/100, n%100), fmt.Sprintf("%d.%02d小时", n/100, n%100)} {
			if got, err := readMinutes(text, "时长(小时)"); err != nil || got != n*60/100 {
				t.Errorf("%s: %d %v", text, got, err)
			}
		}
	}
	for text, want := range map[string]int{"2": 120, "2.5小时": 150, "２．５": 150, "2小时半": 150, "150分钟": 150, "1小时30分": 90, "2:30": 150, "1.5h": 90, "90min": 90, "24": 1440,
		"": 0, "半": 0, "-1": 0, "0": 0, "0.01": 0, "24.05": 0, "NaN": 0, "inf": 0, "1e9": 0, "1小时半30分": 0, "两小时": 0, "99999999999分": 0} {
		got, err := readMinutes(text, "时长(小时)")
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
	if got, err := readMinutes("90", "时长（分钟）"); err != nil || got != 90 {
		t.Errorf("minutes by the heading: %d %v", got, err)
	}
}
