package activity

// Facts tells points what the records of this office say; see points.Facts.
type Facts struct{}

// categoryName is a category in Chinese.
func categoryName(code string) string {
	switch code {
	case "three_meetings":
		return "三会一课"
	case "party_day":
		return "主题党日"
	case "study":
		return "集中学习"
	case categoryVolunteering:
		return "志愿服务"
	case "organisational":
		return "组织生活"
	case "work":
		return "业务工作"
	case "other":
		return "其他活动"
	}
	return code
}
