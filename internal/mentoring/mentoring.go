// Package mentoring keeps 1+1 双导师 (rules 25 and 26): each young cadre has one political
// and one professional mentor at a time, by agreement and for some years; the three plan
// the year, log what they do and assess it.
package mentoring

// The roles of mentors.
const (
	Political    = "political"
	Professional = "professional"
)

// roleName is a role in Chinese.
func roleName(role string) string {
	if role == Political {
		return "政治导师"
	}
	return "业务导师"
}

// The kinds of what a pair does; see kindName.
const (
	Lesson     = "lesson"
	CaseReview = "case_review"
	Talk       = "talk"
	Reading    = "reading"
	Practice   = "practice"
	Other      = "other"
)

// kindName is a kind of activity in Chinese.
func kindName(kind string) string {
	switch kind {
	case Lesson:
		return "授课辅导"
	case CaseReview:
		return "案件评析"
	case Talk:
		return "交流谈心"
	case Reading:
		return "读书研讨"
	case Practice:
		return "实务带教"
	}
	return "其他"
}
