package taskforce

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// part is a file of the archive bundle. The bundle is put together of its parts alone,
// whenever it is asked for, the same to the byte.
type part struct {
	Path   string // in the bundle
	File   uuid.UUID
	SHA256 [32]byte
	Size   int64
}

// The names in the bundle that are ours.
const (
	statusBook   = "情况表.xlsx"
	activityBook = "活动记录.xlsx"
	sumsFile     = "SHA256SUMS"
)

// evidence is an attachment that goes into the bundle.
type evidence struct {
	File   uuid.UUID
	Name   string
	SHA256 [32]byte
	Size   int64
	// Folder is what it belongs to: 成果, 纪实, 综合, 活动.
	Folder string
	Day    calendar.Date // of what it belongs to; zero of the taskforce itself
	Of     string        // what that is called
}

// layOut gives attachments their places in the bundle: numbered, so that no two are
// alike, and named so that they unpack safely anywhere.
func layOut(all []evidence) []part {
	out := make([]part, len(all))
	count := map[string]int{}
	for i, e := range all {
		count[e.Folder]++
		name := []string{fmt.Sprintf("%03d", count[e.Folder])}
		if !e.Day.IsZero() {
			name = append(name, e.Day.String())
		}
		if e.Of != "" {
			name = append(name, safeName(e.Of, 30))
		}
		ending := path.Ext(safeName(e.Name, 1000))
		if utf8.RuneCountInString(ending) > 10 {
			ending = ""
		}
		stem := safeName(strings.TrimSuffix(safeName(e.Name, 1000), ending), 40)
		out[i] = part{path.Join("附件", e.Folder, strings.Join(append(name, stem), "_")+ending), e.File, e.SHA256, e.Size}
	}
	return out
}

// safeName makes one name out of any text, which means no path, no control or direction
// character and nothing that a shell or Windows takes for something else.
func safeName(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1
		case unicode.IsSpace(r), strings.ContainsRune("<>:\"/\\|?*$`'~", r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	text = strings.Trim(text, ". _-")
	if text == "" {
		return "未命名"
	}
	return text
}

// sums is the list that sha256sum -c reads, in the order of the parts.
func sums(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(hex.EncodeToString(p.SHA256[:]) + "  " + p.Path + "\n")
	}
	return b.String()
}
