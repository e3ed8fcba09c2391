// How the API's words for activities read in Chinese.

export const stateNames: Record<string, string> = {
  draft: '草稿',
  confirmed: '已确认',
  superseded: '已被更正',
  withdrawn: '已撤回',
}

/** The tag colour of a state. A confirmed record is the normal case and stays quiet. */
export const stateTypes: Record<string, 'warning' | 'success' | 'info' | 'danger'> = {
  draft: 'warning',
  confirmed: 'success',
  superseded: 'info',
  withdrawn: 'danger',
}

/** In the order in which a form offers them: what is likely first. */
export const absenceNames: Record<string, string> = {
  official: '公务',
  sick: '病假',
  personal: '事假',
  other: '其他',
  unexcused: '无故',
}

export const organiserNames: Record<string, string> = {
  unit: '全院',
  department: '部门',
  branch: '党支部',
  group: '党小组',
  project: '行动党支部等',
}

/** Who is expected at a kind of activity, as a sentence about its list. */
export const circleNames: Record<string, string> = {
  members: '应到：全体党员',
  voters: '应到：有表决权的党员',
  committee: '应到：支部委员',
  staff: '应到：全体人员',
  nobody: '不设应到名单，来了谁记谁',
}
