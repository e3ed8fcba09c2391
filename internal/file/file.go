// Package file keeps the bytes of attachments and issued reports: in the data
// directory under their hash, with a row for each name they go by. What a file is
// evidence of, and who may see it, is its owner's to say (activity, report).
package file

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// MaxSize bounds one file, in bytes.
const MaxSize = 20 << 20

// maxName bounds a file's name, in characters.
const maxName = 120

// Blob is bytes that lie safely in the data directory and that no row names yet.
// One that none will name is swept away after a day.
type Blob struct {
	Name      string // as people will save it: cleaned, with the ending of its content
	MediaType string
	Size      int64 // bytes
	SHA256    [32]byte
	Note      string // advice on the format in Chinese, or empty
}

// File is a stored file.
type File struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Bytes"`
	CreatedAt time.Time `json:"created_at"`
	Note      string    `json:"note,omitempty" doc:"Advice on the format, in Chinese"`
	sha256    [32]byte
}

// SHA256 is the checksum of the bytes.
func (f File) SHA256() [32]byte { return f.sha256 }

// cleanName makes a name that is safe to save under on any system out of what a
// browser sent: no path, no control or direction characters, not too long. The
// bytes themselves never lie under it.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" || name == "_" {
		return ""
	}
	ending := path.Ext(name)
	if utf8.RuneCountInString(ending) > 10 {
		ending = ""
	}
	stem := []rune(strings.TrimSuffix(name, ending))
	if room := maxName - utf8.RuneCountInString(ending); len(stem) > room {
		stem = stem[:room]
	}
	return strings.TrimSpace(string(stem)) + ending
}

// fit gives the name that goes with a content, or refuses a name that claims to
// be something else: a person would open it with the wrong program.
func (f format) fit(name string) (string, error) {
	name = cleanName(name)
	ending := strings.ToLower(path.Ext(name))
	switch {
	case name == "" || name == ending:
		return "附件" + f.endings[0], nil
	case ending == "":
		return name + f.endings[0], nil
	}
	for _, e := range f.endings {
		if e == ending {
			return name, nil
		}
	}
	return "", fault.Field("file", "文件名以 "+ending+" 结尾，内容却是"+f.title+",请检查文件或改正扩展名后再上传")
}
