interface Dated {
  state: string
  effective_from: string
}

/** The published scheme in force on a day: the latest that had begun (rule 12). */
export function schemeOn<T extends Dated>(schemes: T[], day: string): T | undefined {
  return schemes
    .filter((s) => s.state === 'published' && s.effective_from <= day)
    .sort((a, b) => b.effective_from.localeCompare(a.effective_from))[0]
}
