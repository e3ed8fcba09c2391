/** A month as the API writes it: "2026-10". */
export const isMonth = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value)

/** "2026-10" → "2026年10月". */
export const formatMonth = (month: string) => `${month.slice(0, 4)}年${Number(month.slice(5))}月`

/** The month a ledger of a quarter links to: the running one within it, else the quarter's last. */
export function monthWithin(lastDay: string, day: string): string {
  return (day < lastDay ? day : lastDay).slice(0, 7)
}
