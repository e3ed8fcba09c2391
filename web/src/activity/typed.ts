// Reads days, times and counts as people type them: full-width digits, Chinese
// units, missing colons.

function plain(typed: string): string {
  return typed.normalize('NFKC').replace(/\s+/g, '')
}

const two = (n: number) => String(n).padStart(2, '0')

/** "1430", "14：30", "下午2点半", "９点" → "14:30", "14:30", "14:30", "09:00"; null if it is no time. */
export function readTime(typed: string): string | null {
  let text = plain(typed)
  const half = /^(上午|下午|晚上)/.exec(text)?.[1]
  if (half) text = text.slice(2)
  text = text.replace(/[点时]半$/, ':30').replace(/[点时.]/, ':').replace(/分$/, '')
  const match = /^(\d{1,2}):?(\d{2})?$/.exec(text) ?? /^(\d{1,2}):(\d{1,2})$/.exec(text.replace(/:$/, ''))
  if (!match) return /^\d{1,2}:$/.test(text) ? readTime(text.slice(0, -1)) : null
  let hours = Number(match[1])
  const minutes = Number(match[2] ?? 0)
  if ((half === '下午' || half === '晚上') && hours < 12) hours += 12
  return hours < 24 && minutes < 60 ? `${two(hours)}:${two(minutes)}` : null
}

/** "2026年3月5日", "2026.3.5", "２０２６/３/５" → "2026-3-5", which a date field reads; what is something else stays. */
export function plainDay(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[年月./]/g, '-')
    .replace(/日/g, '')
}

/** A count as typed ("１２"): null when nothing was typed, NaN when it is none. */
export function readCount(typed: string): number | null {
  const text = plain(typed)
  if (!text) return null
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
}

/** Minutes from one time of a day to another; negative if it is earlier. */
export function minutesBetween(from: string, to: string): number {
  const at = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
  return at(to) - at(from)
}

/** "14:30" + 90 → "16:00"; not past the end of the day. */
export function addMinutes(time: string, minutes: number): string {
  const at = Math.min(Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) + minutes, 23 * 60 + 59)
  return `${two(Math.floor(at / 60))}:${two(at % 60)}`
}
