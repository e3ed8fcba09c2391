package app

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// force is a taskforce of the demo's year: how it came about, who was in it, what came
// of it. Together they give the figures that the office tells of its year.
type force struct {
	key, kind, name, purpose string
	branch                   int // that proposed it, from 1; 0: the Party office
	proposed, from           calendar.Date
	planned                  calendar.Date
	number                   string      // of the approval; empty where its kind asks for none
	head                     string      // a demo sign-in
	deputy                   string      // a name on the roll, or empty
	size                     int         // of our own people, head and deputy among them
	outsiders                [][3]string // unit, name, title
	groups                   [][2]int    // branch, group, from 0
	posts                    []string    // where each but the head is stationed
	tasks                    []errand
	outcomes                 []result
	notes                    []dated
	ended, archived          calendar.Date // zero: still running, not archived
	summary                  string

	team []uuid.UUID // as recruit chose: whoever heads it first
	id   uuid.UUID   // once it was proposed
}

type errand struct {
	title string
	due   calendar.Date
	state string // todo, doing, done, dropped
	note  string
}

type result struct {
	kind, title string
	quantity    int64
	on          calendar.Date
	reference   string
}

type dated struct {
	on   calendar.Date
	text string
}

func day26(m time.Month, d int) calendar.Date { return calendar.NewDate(2026, m, d) }

// forces are the taskforces of 2026. What is counted in them: an action branch of 21
// people, six jointly signed documents, four people stationed, four articles, 34 notices
// of correction and 13 letters, one pilot passed, 24 lectures.
func forces() []force {
	return []force{
		{key: "shouzheng", kind: "action_branch", name: "“守正”行动党支部", purpose: "集中力量办理重大涉黑涉恶案件，加快审查起诉",
			proposed: day26(time.January, 12), from: day26(time.January, 19), planned: day26(time.August, 31), number: "滨检党〔2026〕3号",
			head: "committee3", deputy: "徐鹏", size: 9,
			tasks: []errand{
				{"甲系列案阅卷和证据清单", day26(time.February, 27), "done", "形成证据清单四册"},
				{"乙系列案引导侦查意见", day26(time.March, 20), "done", "发出引导意见两轮"},
				{"出庭预案和庭审演练", day26(time.June, 12), "done", "演练两次，按意见修改预案"},
				{"办案指引成稿", day26(time.July, 31), "done", "经检委会讨论通过"},
			},
			outcomes: []result{
				{"case", "涉黑案件审查起诉", 2, day26(time.May, 29), "已提起公诉"},
				{"case", "恶势力犯罪集团案件审查起诉", 5, day26(time.July, 24), "已提起公诉"},
				{"rule", "涉黑涉恶案件审查指引", 1, day26(time.August, 7), ""},
			},
			notes: []dated{{day26(time.March, 6), "首批卷宗全部阅毕，连续加班十一天。"}, {day26(time.June, 26), "第一案开庭，支部全体旁听并复盘。"}},
			ended: day26(time.August, 31), archived: day26(time.September, 18), summary: "两起涉黑案件、五起恶势力集团案件全部提起公诉，形成审查指引一份，任务完成。"},
		{key: "chenxi", kind: "action_branch", name: "“晨曦”行动党支部", purpose: "落实“一号检察建议”，开展青少年法治教育和犯罪预防",
			proposed: day26(time.February, 9), from: day26(time.February, 24), planned: calendar.NewDate(2027, time.February, 28), number: "滨检党〔2026〕6号",
			head: "committee2", deputy: "谢丽娜", size: 8,
			tasks: []errand{
				{"与教育部门建立联席会议", day26(time.April, 10), "done", "议事规则已会签"},
				{"青少年法治教育基地布展", day26(time.June, 30), "done", "六月二十六日开放"},
				{"秋季学期法治课排课", day26(time.September, 30), "done", "二十二所学校全覆盖"},
				{"家庭教育指导工作站试点", day26(time.November, 13), "doing", ""},
				{"年度未成年人保护白皮书", day26(time.December, 18), "todo", ""},
			},
			outcomes: []result{
				{"base", "青少年法治教育基地", 1, day26(time.June, 26), ""},
				{"rule", "未成年人保护联席会议议事规则", 1, day26(time.April, 9), ""},
			},
			notes: []dated{{day26(time.June, 26), "法治教育基地开放，首批参观学生一百二十名。"}}},
		{key: "jianwei", kind: "action_branch", name: "“检卫”行动党支部", purpose: "参与应急值守：消毒、人员情况摸排、政策宣传和舆情引导",
			proposed: calendar.NewDate(2025, time.December, 22), from: day26(time.January, 5), planned: day26(time.April, 30), number: "滨检党〔2026〕1号",
			head: "secretary2", deputy: "邓建国", size: 21,
			tasks: []errand{
				{"办公区和家属院每日消毒", day26(time.March, 31), "done", "累计八十六天"},
				{"人员情况摸排上报", day26(time.March, 31), "done", "日报无遗漏"},
				{"政策宣传进社区", day26(time.March, 20), "done", "走访四个社区"},
			},
			outcomes: []result{{"other", "应急值守（班次）", 172, day26(time.April, 24), ""}},
			notes:    []dated{{day26(time.January, 9), "二十一名党员分三组上岗。"}, {day26(time.April, 24), "值守任务结束，物资清点移交。"}},
			ended:    day26(time.April, 30), archived: day26(time.May, 20), summary: "二十一名党员值守一百七十二班次，无一疏漏，任务结束。"},
		{key: "zhixing", kind: "joint_branch", name: "刑事执行人权保障联合党支部", purpose: "与公安、司法行政机关共建刑事执行人权保障中心，统一标准、共享数据",
			proposed: day26(time.January, 12), from: day26(time.January, 26), planned: calendar.NewDate(2027, time.January, 31), number: "滨检党〔2026〕4号",
			head: "secretary3", size: 6,
			outsiders: [][3]string{{"区公安分局", "卢海涛", "监管大队教导员"}, {"区公安分局", "温静", "监管大队民警"}, {"区司法局", "葛长林", "社区矫正科科长"}, {"区司法局", "庄雅", "社区矫正科科员"}},
			tasks: []errand{
				{"数据共享目录会商", day26(time.March, 31), "done", "目录三十七项"},
				{"六份实施意见会签", day26(time.October, 30), "done", "全部会签印发"},
				{"保障中心运行评估", day26(time.November, 6), "doing", ""},
			},
			outcomes: []result{
				{"joint_document", "进一步加强刑事被执行人合法权益保障的实施意见", 1, day26(time.March, 27), "滨检会〔2026〕1号"},
				{"joint_document", "刑事执行数据共享办法", 1, day26(time.April, 24), "滨检会〔2026〕2号"},
				{"joint_document", "社区矫正对象外出监管衔接意见", 1, day26(time.June, 12), "滨检会〔2026〕3号"},
				{"joint_document", "财产刑执行协作意见", 1, day26(time.July, 17), "滨检会〔2026〕4号"},
				{"joint_document", "监管场所就医保障规定", 1, day26(time.September, 11), "滨检会〔2026〕5号"},
				{"joint_document", "刑事执行监督标准", 1, day26(time.October, 23), "滨检会〔2026〕6号"},
			},
			notes: []dated{{day26(time.May, 15), "一站式服务大厅试运行，当日接待十九人次。"}}},
		{key: "xianhe", kind: "joint_branch", name: "仙河镇志愿服务联合党支部", purpose: "与团委、社区共同开展志愿服务",
			proposed: day26(time.February, 2), from: day26(time.February, 10), planned: calendar.NewDate(2026, time.December, 31), number: "滨检党〔2026〕5号",
			head: "committee5", size: 7,
			outsiders: [][3]string{{"区团委", "苗苗", "志愿者工作部干事"}, {"仙河镇新民社区", "郝德明", "社区书记"}, {"仙河镇新民社区", "常玉", "网格员"}},
			tasks:     []errand{{"全年志愿服务计划", day26(time.March, 6), "done", "每季两次"}, {"年终总结和感谢信", day26(time.December, 25), "todo", ""}}},
		{key: "paizhu", kind: "stationing", name: "镇街派驻检察", purpose: "选派业务骨干入驻镇街，对接基层执法司法监督",
			proposed: day26(time.January, 12), from: day26(time.January, 20), planned: day26(time.December, 31), number: "滨检党〔2026〕2号",
			head: "leader21", size: 4, posts: []string{"仙河镇", "孤岛镇", "义和镇", "六合街道"},
			tasks: []errand{{"季度巡回检查（三季度）", day26(time.September, 25), "done", "发现问题十一个，均已整改"}, {"季度巡回检查（四季度）", day26(time.December, 11), "todo", ""}},
			notes: []dated{{day26(time.January, 20), "四名同志到岗，与镇街签订对接清单。"}}},
		{key: "falv", kind: "legal_team", name: "民营企业法律服务团", purpose: "按服务清单上门服务民营企业，办好法治讲座",
			proposed: day26(time.January, 12), from: day26(time.January, 19), planned: day26(time.December, 31), number: "滨检党〔2026〕7号",
			head: "leader12", deputy: "查希", size: 7,
			tasks: []errand{{"企业需求清单走访", day26(time.March, 13), "done", "走访三十一家"}, {"下半年讲座安排", day26(time.July, 10), "done", "十二场"}},
			outcomes: []result{
				{"lecture", "企业法治讲座（一季度）", 5, day26(time.March, 31), ""}, {"lecture", "企业法治讲座（二季度）", 7, day26(time.June, 30), ""},
				{"lecture", "企业法治讲座（三季度）", 7, day26(time.September, 30), ""}, {"lecture", "企业法治讲座（四季度）", 5, day26(time.November, 18), ""},
				{"case", "支持农民工起诉追索欠薪", 6, day26(time.October, 16), ""}, {"recovered", "追索欠薪、医疗费", 41268000, day26(time.October, 16), ""},
			}},
		{key: "chuangxiang", kind: "study_society", name: "“创想”研习社", purpose: "带头承担重点调研课题，组织研讨和写作",
			proposed: day26(time.January, 12), from: day26(time.January, 19), planned: day26(time.December, 31),
			head: "committee4", size: 8,
			tasks: []errand{{"轻罪治理课题", day26(time.June, 30), "done", "成文两篇"}, {"公益诉讼课题", day26(time.October, 30), "done", "成文两篇"}},
			outcomes: []result{
				{"article", "轻罪治理中的检察听证", 1, day26(time.April, 15), "《检察研究》2026年第2期"}, {"article", "认罪认罚案件的量刑协商", 1, day26(time.June, 20), "《法治实务》2026年第3期"},
				{"article", "黄河流域公益诉讼协作", 1, day26(time.September, 10), "《检察研究》2026年第5期"}, {"article", "行政公益诉讼诉前磋商", 1, day26(time.November, 5), "《基层司法》2026年第11期"},
			}},
		{key: "jiuzheng", kind: "group_building", name: "纠正意见工作共建", purpose: "三个党小组联合规范纠正违法通知书、检察官告知函的办理",
			branch: 1, proposed: day26(time.March, 2), from: day26(time.March, 9), planned: day26(time.October, 31),
			head: "leader11", size: 9, groups: [][2]int{{0, 0}, {1, 0}, {2, 0}},
			tasks: []errand{{"实施细则起草", day26(time.April, 30), "done", "征求意见三轮"}, {"半年评查", day26(time.August, 31), "done", "评查四十七件"}},
			outcomes: []result{
				{"rule", "办理纠正意见工作实施细则", 1, day26(time.May, 8), ""},
				{"correction_notice", "纠正违法通知书（上半年）", 15, day26(time.June, 30), ""}, {"correction_notice", "纠正违法通知书（下半年）", 19, day26(time.October, 23), ""},
				{"inform_letter", "检察官告知函", 13, day26(time.October, 23), ""},
			},
			ended: day26(time.October, 31), summary: "实施细则施行，发出纠正违法通知书三十四份、告知函十三件。"},
		{key: "shidian", kind: "group_building", name: "刑事执行标准化共建", purpose: "两个党小组携手建设刑事执行标准化试点",
			branch: 3, proposed: day26(time.January, 12), from: day26(time.January, 19), planned: day26(time.September, 30),
			head: "leader31", size: 6, groups: [][2]int{{2, 0}, {2, 1}},
			tasks:    []errand{{"标准体系编写", day26(time.May, 29), "done", "标准四十一项"}, {"迎接省级评估", day26(time.September, 11), "done", "评估合格"}},
			outcomes: []result{{"pilot", "省级标准化试点评估合格", 1, day26(time.September, 16), "评估合格通知"}},
			ended:    day26(time.September, 30), archived: day26(time.October, 16), summary: "试点通过省级评估。"},
		{key: "fanzha", kind: "action_branch", name: "“护薪”行动党支部", purpose: "岁末年初集中办理欠薪案件", branch: 2,
			proposed: day26(time.November, 16), from: day26(time.November, 30), planned: calendar.NewDate(2027, time.February, 28), head: "secretary2", size: 5},
	}
}
