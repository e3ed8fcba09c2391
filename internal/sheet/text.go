package sheet

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Key is the form in which texts are compared: half-width, lower case, and no
// blank at all. It is never shown or stored.
func Key(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = halfWidth(r)
		if blank(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Clean is the form in which a text is stored: half-width digits and letters,
// single blanks, nothing at the ends. Chinese punctuation stays as typed.
func Clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	pending := false
	for _, r := range s {
		if blank(r) {
			pending = b.Len() > 0
			continue
		}
		if h := halfWidth(r); h != r && (unicode.IsLetter(h) || unicode.IsDigit(h)) {
			r = h
		}
		if pending {
			b.WriteByte(' ')
			pending = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// CleanName is Clean for a name: offices pad two-character names with blanks
// (张  三), and write the dot of a long name in several ways (·•・).
func CleanName(s string) string {
	runes := []rune(Clean(s))
	var b strings.Builder
	for i, r := range runes {
		switch r {
		case '•', '・', '‧', '∙', '．', '⋅':
			r = '·'
		case ' ':
			if han(runes[i-1]) || han(runes[i+1]) { // Clean leaves none at the ends
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// IsNone says whether a cell means "nothing": empty, or one of the signs that
// people write for it (—, 无, /, 暂无 …).
func IsNone(s string) bool {
	k := Key(s)
	switch k {
	case "", "无", "没有", "暂无", "空", "不详", "n/a", "na", "null", "none", "/", "\\", "//", "*", "〇":
		return true
	}
	return strings.Trim(k, "-—–―─_·.…~") == ""
}

// ParseInt reads a whole number; full-width digits and thousands separators
// are accepted, and so is 12.0, which is how a cell may hold 12.
func ParseInt(s string) (int64, error) {
	h, err := ParseHundredths(s)
	if err != nil {
		return 0, err
	}
	if h%100 != 0 {
		return 0, errors.New("应为整数")
	}
	return h / 100, nil
}

// ParseHundredths reads a number with at most two decimals into hundredths,
// the unit of points and of hours in templates. No floating point is involved.
func ParseHundredths(s string) (int64, error) {
	k := strings.ReplaceAll(Key(s), ",", "")
	digits := strings.TrimPrefix(strings.TrimPrefix(k, "+"), "-")
	whole, frac, _ := strings.Cut(digits, ".")
	frac = strings.TrimRight(frac, "0")
	if whole == "" || len(whole) > 12 {
		return 0, errors.New("应为数字")
	}
	if len(frac) > 2 {
		return 0, errors.New("最多两位小数")
	}
	var n int64
	for _, c := range whole + (frac + "00")[:2] {
		if c < '0' || c > '9' {
			return 0, errors.New("应为数字")
		}
		n = n*10 + int64(c-'0')
	}
	if strings.HasPrefix(k, "-") {
		n = -n
	}
	return n, nil
}

// FormatHundredths writes hundredths without trailing zeros: 150 is 1.5.
func FormatHundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Escape makes a text safe to open in a spreadsheet: what would be run as a
// formula is prefixed with an apostrophe, and characters that XML cannot carry
// are dropped.
func Escape(s string) string {
	if s == "" {
		return s
	}
	// the full-width signs too: some spreadsheets take them for the plain ones
	first, _ := utf8.DecodeRuneInString(s)
	danger := strings.ContainsRune("=+-@\t\r\x00＝＋－＠", first)
	if strings.IndexFunc(s, unwritable) >= 0 {
		s = strings.Map(func(r rune) rune {
			if unwritable(r) {
				return -1
			}
			return r
		}, s)
	}
	if danger {
		return "'" + s
	}
	return s
}

// Unescape takes back the apostrophe of Escape, so that what we exported
// imports as it was.
func Unescape(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("=+-@\t\r", s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// unwritable are the characters that XML 1.0 has no form for.
func unwritable(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

func halfWidth(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == '。' || r == '．':
		return '.'
	case r == '、':
		return ','
	case r == '【' || r == '〔' || r == '〖':
		return '('
	case r == '】' || r == '〕' || r == '〗':
		return ')'
	}
	return r
}

// blank covers Unicode spaces and the invisible characters that come with
// texts pasted from web pages and chat programs.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x2000 && r <= 0x200F || r >= 0x2028 && r <= 0x202F ||
		r == 0x205F || r >= 0x2060 && r <= 0x2064 || r == 0x3000 || r == 0x3164 || r == 0xFEFF || r == 0x00AD ||
		r < 0x20
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }
