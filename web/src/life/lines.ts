/** The kinds of lines in the words of the office, in the order that pages offer them. */
export const kindNames: Record<string, string> = {
  activity: '活动',
  points: '积分',
  honour: '荣誉',
  secondment: '抽调',
  appraisal: '鉴定',
  mentoring: '双导师',
  talk: '谈心谈话',
  move: '组织关系和职务',
}

/** The page that a line opens; none for what has no page of its own. */
export function linkOf(line: { kind: string; ref_id: string }): string | undefined {
  switch (line.kind) {
    case 'activity':
      return `/activities/${line.ref_id}`
    case 'honour':
      return `/honours/${line.ref_id}`
    case 'secondment':
      return `/taskforces/${line.ref_id}`
    case 'mentoring':
      return `/pairings/${line.ref_id}`
  }
}
