package org

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"xianfeng/internal/sheet"
)

// The columns of a roster, by key.
const (
	RosterStaffNo     = "staff_no"
	RosterName        = "name"
	RosterSex         = "sex"
	RosterBirth       = "birth_on"
	RosterNation      = "nation"
	RosterEducation   = "education"
	RosterDepartment  = "department"
	RosterPosition    = "position"
	RosterPartyPost   = "party_post"
	RosterPolitical   = "political_status"
	RosterStage       = "development_stage"
	RosterJoinedParty = "joined_party_on"
	RosterFullMember  = "full_member_on"
	RosterBranch      = "branch"
	RosterGroup       = "group"
	RosterStartedWork = "started_work_on"
	RosterPhone       = "phone"
	RosterNote        = "note"
	RosterExempt      = "exempt"

	rosterCounter  = "counter"
	rosterIdentity = "identity"
)

var (
	nameForm  = regexp.MustCompile(`^(?:[\p{Han}\x{E000}-\x{F8FF}·]{2,20}|[A-Za-z][A-Za-z .·'-]{1,59})$`)
	mobile    = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline  = regexp.MustCompile(`^(?:0\d{2,3})?[2-8]\d{6,7}$`)
	phoneMark = strings.NewReplacer("-", "", "—", "", "(", "", ")", "", ".", "")
)

// rosterFields says how offices head the columns of a roster. A word that an
// office uses and we do not know is added here.
func rosterFields() []sheet.Field {
	date := func(s string) bool { _, err := sheet.ParseDate(s, sheet.Since1900); return err == nil }
	return []sheet.Field{
		{Key: rosterCounter, Title: "序号", Counter: true, Synonyms: []string{"序", "顺序号", "行号", "No", "#"}},
		{Key: RosterStaffNo, Title: "工号", Contains: []string{"工号", "职工+号", "人员+编号", "警号"},
			Synonyms: []string{"人员编号", "编号", "职工号", "员工号", "员工编号", "职工编号", "干警编号", "人事编号", "个人编号", "检察官编号"}},
		{Key: RosterName, Title: "姓名", Required: true, Shape: func(s string) bool { return nameForm.MatchString(sheet.CleanName(s)) },
			Synonyms: []string{"名字", "党员姓名", "人员姓名", "职工姓名", "干警姓名", "干部姓名", "员工姓名", "姓名全称", "本人姓名"}},
		{Key: RosterSex, Title: "性别", Contains: []string{"性别"}, Shape: func(s string) bool { _, ok := readSex(s); return ok }},
		{Key: RosterBirth, Title: "出生年月", Shape: date, Contains: []string{"出生+年", "出生+日", "出生+时间", "生日"},
			Synonyms: []string{"出生日期", "出生年月日", "生日", "出生时间", "出生"}},
		{Key: RosterNation, Title: "民族", Contains: []string{"民族"}, Shape: func(s string) bool { return slices.Contains(nations, readNation(s)) },
			Synonyms: []string{"族别"}},
		{Key: RosterEducation, Title: "学历", Contains: []string{"学历", "文化程度"},
			Synonyms: []string{"文化程度", "最高学历", "学历学位", "全日制学历", "教育程度"}},
		{Key: RosterDepartment, Title: "部门", Contains: []string{"部门", "处室", "科室", "内设机构"},
			Synonyms: []string{"所在部门", "处室", "科室", "内设机构", "所属部门", "工作部门", "所在处室", "所在科室", "所在单位", "工作单位", "单位", "单位部门", "部门单位", "所在单位部门", "机构", "庭室"}},
		{Key: RosterPosition, Title: "职务", Contains: []string{"现任+职务", "行政+职务", "工作+岗位"},
			Synonyms: []string{"现任职务", "岗位", "职务职级", "职级职务", "行政职务", "工作岗位", "现职务", "担任职务", "单位职务", "职位", "职级", "单位及职务", "工作单位及职务"}},
		{Key: RosterPartyPost, Title: "党内职务", Contains: []string{"党内+职务", "支部+职务", "党务+职务"},
			Synonyms: []string{"党务职务", "支部职务", "党组织职务", "现任党内职务"}},
		{Key: RosterPolitical, Title: "政治面貌", Contains: []string{"政治+面貌", "面貌"}, Shape: func(s string) bool { _, ok := readPolitical(s); return ok },
			Synonyms: []string{"政治面目", "党派", "人员类别", "党员类别", "党员类型"}},
		{Key: RosterStage, Title: "发展阶段", Contains: []string{"发展+阶段", "培养+阶段"}, Shape: func(s string) bool { _, ok := readStage(s); return ok },
			Synonyms: []string{"培养阶段", "入党阶段", "发展类别", "发展状态"}},
		{Key: RosterJoinedParty, Title: "入党时间", Shape: date, Contains: []string{"入党+时间", "入党+日期", "入党+年月", "加入+党+时间", "加入+党+日期"},
			Synonyms: []string{"入党日期", "加入党组织时间", "加入党组织日期", "入党年月", "加入中国共产党时间", "入党年月日", "党龄起算日"}},
		{Key: RosterFullMember, Title: "转正时间", Shape: date, Contains: []string{"转正+时间", "转正+日期", "转正+年月", "正式党员+时间", "正式党员+日期"},
			Synonyms: []string{"转正日期", "党员转正时间", "转为正式党员时间", "转为正式党员日期", "转正年月", "预备党员转正时间"}},
		{Key: RosterBranch, Title: "党支部", Contains: []string{"所在+支部", "所属+支部", "支部+名称"},
			Synonyms: []string{"所在党支部", "所在支部", "所属支部", "所属党支部", "支部", "支部名称", "党支部名称", "党组织", "所在党组织", "所属党组织", "党组织名称", "组织关系所在支部", "组织关系所在党支部"}},
		{Key: RosterGroup, Title: "党小组", Contains: []string{"党小组"},
			Synonyms: []string{"所在党小组", "所在小组", "所属党小组", "所属小组", "小组", "党小组名称", "小组名称"}},
		{Key: RosterStartedWork, Title: "参加工作时间", Shape: date, Contains: []string{"参加+工作", "参工+时间", "工作+起始"},
			Synonyms: []string{"参加工作日期", "参加工作年月", "参工时间", "工作时间", "入职时间", "入职日期", "参工日期"}},
		{Key: RosterPhone, Title: "联系电话", Contains: []string{"手机", "电话", "联系方式"}, Shape: func(s string) bool { _, ok := readPhone(s); return ok },
			Synonyms: []string{"手机", "手机号", "手机号码", "电话", "联系方式", "电话号码", "移动电话", "联系手机", "本人电话"}},
		{Key: rosterIdentity, Title: "身份证号", Ignored: true, Contains: []string{"身份证", "身份号码", "证件号"},
			Synonyms: []string{"身份证号码", "公民身份号码", "公民身份证号", "证件号码", "身份证"}},
		{Key: RosterExempt, Title: "免记积分", Contains: []string{"免记+积分", "免+积分+原因"}, Synonyms: []string{"免记积分原因", "免记原因", "免积分", "不记积分"}},
		{Key: RosterNote, Title: "备注", Contains: []string{"备注"}, Synonyms: []string{"说明", "备考", "附注", "其他", "其它", "情况说明"}},
	}
}

// political statuses and development stages as the database has them.
const (
	PartyMember        = "party_member"
	ProbationaryMember = "probationary_member"
	LeagueMember       = "league_member"
	DemocraticParty    = "democratic_party"
	NonPartisan        = "non_partisan"
	Masses             = "masses"

	StageNone         = "none"
	StageApplicant    = "applicant"
	StageActivist     = "activist"
	StageCandidate    = "candidate"
	StageProbationary = "probationary"
	StageFull         = "full"
)

// standing is a political status with the stage that the word implies.
type standing struct{ status, stage string }

// readPolitical knows the words for 政治面貌. Offices also write the stage
// here: 积极分子 is one of the masses on the way.
func readPolitical(s string) (standing, bool) {
	switch sheet.Key(s) {
	case "中共党员", "党员", "共产党员", "正式党员", "中共正式党员", "中国共产党党员", "中共党员(正式)", "党员(正式)", "01", "中国共产党":
		return standing{PartyMember, StageFull}, true
	case "中共预备党员", "预备党员", "预备", "中国共产党预备党员", "中共党员(预备)", "党员(预备)", "02", "中共党员(预备期)":
		return standing{ProbationaryMember, StageProbationary}, true
	case "共青团员", "团员", "中国共产主义青年团团员", "青年团员", "03":
		return standing{LeagueMember, ""}, true
	case "群众", "普通群众", "普通公民", "一般群众", "13":
		return standing{Masses, ""}, true
	case "无党派", "无党派人士", "无党派民主人士", "12":
		return standing{NonPartisan, ""}, true
	case "入党申请人", "申请人", "递交入党申请书":
		return standing{Masses, StageApplicant}, true
	case "入党积极分子", "积极分子":
		return standing{Masses, StageActivist}, true
	case "发展对象", "入党发展对象":
		return standing{Masses, StageCandidate}, true
	case "民主党派", "民主党派成员", "民革", "民革党员", "民革会员", "中国国民党革命委员会", "民盟", "民盟盟员", "中国民主同盟", "民建", "民建会员", "中国民主建国会",
		"民进", "民进会员", "中国民主促进会", "农工党", "农工党党员", "农工民主党", "中国农工民主党", "致公党", "致公党党员", "中国致公党",
		"九三", "九三学社", "九三学社社员", "台盟", "台盟盟员", "台湾民主自治同盟", "04", "05", "06", "07", "08", "09", "10", "11":
		return standing{DemocraticParty, ""}, true
	}
	return standing{}, false
}

func readStage(s string) (string, bool) {
	switch sheet.Key(s) {
	case "未申请", "未提出申请", "未递交申请":
		return StageNone, true
	case "申请人", "入党申请人", "申请入党", "已申请", "递交入党申请书":
		return StageApplicant, true
	case "积极分子", "入党积极分子":
		return StageActivist, true
	case "发展对象", "入党发展对象":
		return StageCandidate, true
	case "预备", "预备党员", "中共预备党员":
		return StageProbationary, true
	case "正式", "正式党员", "中共党员":
		return StageFull, true
	}
	return "", false
}

func readSex(s string) (string, bool) {
	switch sheet.Key(s) {
	case "男", "男性", "m", "male":
		return "male", true
	case "女", "女性", "f", "female":
		return "female", true
	}
	return "", false
}

// readPhone brings a telephone number to its digits: a mobile number of 11, or
// a landline with or without area code.
func readPhone(s string) (string, bool) {
	k := phoneMark.Replace(sheet.Key(s))
	for _, country := range []string{"+86", "0086"} {
		k = strings.TrimPrefix(k, country)
	}
	if len(k) == 13 {
		k = strings.TrimPrefix(k, "86")
	}
	return k, mobile.MatchString(k) || landline.MatchString(k)
}

// nations are the 56, as the register of residents writes them.
var nations = strings.Fields(`汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族
 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族
 塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族`)

// readNation adds the 族 that many leave out. What it does not know it returns
// as it is.
func readNation(s string) string {
	s = sheet.CleanName(s)
	if slices.Contains(nations, s) || s == "" {
		return s
	}
	if full := s + "族"; slices.Contains(nations, full) {
		return full
	}
	for _, n := range nations { // 维族, 蒙族, 哈族 are what people say
		short := strings.TrimSuffix(s, "族")
		if utf8.RuneCountInString(short) == 1 && slices.Contains([]string{"维", "蒙"}, short) && strings.HasPrefix(n, short) {
			return n
		}
	}
	return s
}

// RosterTemplate is the form for new offices; what it asks for, ReadRoster reads.
func RosterTemplate() sheet.Template {
	return sheet.Template{Sheet: "人员花名册",
		Hint: "填写说明:红色为必填;第三行为示例,导入时忽略;日期写作 2026.3.5、2026年3月5日均可;没有的内容留空。党员须填党支部;同名人员须有工号或联系电话以便区分。",
		Columns: []sheet.TemplateColumn{
			{Title: "姓名", Required: true, Example: "张三", Width: 14},
			{Title: "工号", Example: "0001", Hint: "单位内唯一;没有可留空", Width: 10},
			{Title: "性别", Choices: []string{"男", "女"}, Example: "男", Width: 8},
			{Title: "出生年月", Example: "1985.4.13", Width: 13},
			{Title: "民族", Choices: nations, Example: "汉族", Width: 10},
			{Title: "学历", Example: "大学本科", Width: 12},
			{Title: "部门", Example: "办公室"},
			{Title: "职务", Example: "一级检察官"},
			{Title: "政治面貌", Required: true, Example: "中共党员", Width: 16,
				Choices: []string{"中共党员", "中共预备党员", "共青团员", "群众", "民主党派", "无党派人士", "入党积极分子", "发展对象"}},
			{Title: "入党时间", Example: "2009.1.7", Width: 13},
			{Title: "转正时间", Example: "2010.1.7", Width: 13},
			{Title: "所在党支部", Example: "第一党支部"},
			{Title: "所在党小组", Example: "第一党小组"},
			{Title: "参加工作时间", Example: "2005.10.7", Width: 13},
			{Title: "联系电话", Example: "13900000000", Hint: "11 位手机号,或带区号的座机号"},
			{Title: "备注", Width: 20},
			{Title: "免记积分", Hint: "退休、长期病休、借调等不设积分台账的,写明原因;其余留空", Width: 14},
		}}
}
