// Days and moments are the office's own (Asia/Shanghai), wherever the browser
// thinks it is. Days are text ("2026-03-05") and never pass through a Date.

const zone = 'Asia/Shanghai'

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: zone,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

function read(moment: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(moment).map((part) => [part.type, part.value]))
}

/** The office's day at this moment, "2026-03-05". */
export function today(now: Date = new Date()): string {
  const at = read(now)
  return `${at.year}-${at.month}-${at.day}`
}

/** A moment of the API as the office's clock shows it: "2026-03-05T14:30:00", the value of a date-time field. */
export function toLocal(moment: string): string {
  const at = read(new Date(moment))
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}:${at.second}`
}

/** The moment a date-time field means, as the API wants it: "2026-03-05T14:30:00+08:00". */
export function fromLocal(local: string): string {
  return `${local.replace(' ', 'T')}+08:00`
}

/** "2026-03-05" → "2026年3月5日"; `short` → "3月5日". */
export function formatDay(day: string, short = false): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(day)
  if (!match) return day
  const rest = `${Number(match[2])}月${Number(match[3])}日`
  return short ? rest : `${match[1]}年${rest}`
}

/** "周四" of a day. */
export function weekday(day: string): string {
  return '周' + '日一二三四五六'[new Date(`${day}T00:00:00Z`).getUTCDay()]
}

/** A moment for tables: "2026-03-05 14:30". */
export function formatMoment(moment: string): string {
  return toLocal(moment).slice(0, 16).replace('T', ' ')
}

/** Start and end, the day said once: "2026-03-05 14:30–16:00". */
export function formatSpan(start: string, end: string): string {
  const [from, to] = [formatMoment(start), formatMoment(end)]
  return from.slice(0, 10) === to.slice(0, 10) ? `${from}–${to.slice(11)}` : `${from} – ${to}`
}

/** Minutes as people say them: 90 → "1小时30分". */
export function formatMinutes(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (!hours) return `${rest}分钟`
  return rest ? `${hours}小时${rest}分` : `${hours}小时`
}
