/**
 * Points travel as integer hundredths and are written without trailing zeros:
 * 150 → "1.5", 6000 → "60", -200 → "-2". With `signed` a gain carries its plus.
 */
export function formatPoints(hundredths: number, signed = false): string {
  if (!Number.isInteger(hundredths)) throw new RangeError(`points are whole hundredths, not ${hundredths}`)
  const size = Math.abs(hundredths)
  const fraction = String(size % 100).padStart(2, '0').replace(/0+$/, '')
  const sign = hundredths < 0 ? '-' : signed && hundredths > 0 ? '+' : ''
  return sign + String(Math.floor(size / 100)) + (fraction ? `.${fraction}` : '')
}

/** Reads points as people type them ("1.5", "１．５", "+2") into hundredths; null if they are none. */
export function parsePoints(typed: string): number | null {
  const plain = typed.normalize('NFKC').trim().replace(/^−/, '-')
  const match = /^([+-]?)(\d{1,7})(?:\.(\d{1,2}))?$/.exec(plain)
  if (!match) return null
  const size = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'))
  return match[1] === '-' && size > 0 ? -size : size
}
