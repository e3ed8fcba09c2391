package org

import (
	"strings"
	"unicode"

	pinyin "github.com/mozillazg/go-pinyin"
)

// surnames lists what the library reads otherwise than a surname is read, given the
// same for the names behind them. People correct the rest by hand.
func surnames() map[string][]string {
	return map[string][]string{
		"尉迟": {"yu", "chi"}, "万俟": {"mo", "qi"}, "令狐": {"ling", "hu"}, "澹台": {"tan", "tai"},
		"单于": {"chan", "yu"}, "长孙": {"zhang", "sun"}, "鲜于": {"xian", "yu"}, "皇甫": {"huang", "fu"},
		"单": {"shan"}, "曾": {"zeng"}, "仇": {"qiu"}, "朴": {"piao"}, "查": {"zha"}, "解": {"xie"},
		"任": {"ren"}, "华": {"hua"}, "盖": {"ge"}, "区": {"ou"}, "翟": {"zhai"}, "缪": {"miao"},
		"覃": {"qin"}, "种": {"chong"}, "员": {"yun"}, "乐": {"yue"}, "折": {"she"}, "黑": {"he"},
		"秘": {"bi"}, "召": {"shao"}, "繁": {"po"}, "牟": {"mu"}, "洗": {"xian"}, "隗": {"wei"},
		"粘": {"nian"}, "祭": {"zhai"}, "卜": {"bu"}, "阚": {"kan"}, "郇": {"xun"}, "佴": {"nai"},
	}
}

func given() map[rune]string {
	return map[rune]string{'长': "chang", '晟': "sheng", '珩': "heng", '率': "shuai", '都': "du"}
}

// reader knows how names are read; make one for many names.
type reader struct {
	surnames map[string][]string
	given    map[rune]string
	args     pinyin.Args
}

func newReader() reader { return reader{surnames(), given(), pinyin.NewArgs()} }

// Pinyin gives the reading of a name without tones (yuguodong) and its initials
// (ygd), for finding people.
func Pinyin(name string) (full, initials string) { return newReader().read(name) }

func (r reader) read(name string) (full, initials string) {
	runes := []rune(name)
	var syllables []string
	for n := min(2, len(runes)-1); n > 0; n-- {
		if head, ok := r.surnames[string(runes[:n])]; ok {
			syllables, runes = append(syllables, head...), runes[n:]
			break
		}
	}
	for i, c := range runes {
		usual, ok := r.given[c]
		switch {
		case ok && (i > 0 || len(syllables) > 0): // behind a surname
			syllables = append(syllables, usual)
		case unicode.Is(unicode.Han, c):
			if found := pinyin.SinglePinyin(c, r.args); len(found) > 0 {
				syllables = append(syllables, found[0])
			}
		case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			syllables = append(syllables, strings.ToLower(string(c)))
		}
	}
	var short strings.Builder
	for _, s := range syllables {
		short.WriteString(s[:1])
	}
	return strings.Join(syllables, ""), short.String()
}
