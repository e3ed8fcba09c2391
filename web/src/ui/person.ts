/** A person as a picker shows one. `pinyin` ("liming") and `initials` ("lm") come from the server. */
export interface PersonOption {
  id: string
  name: string
  pinyin?: string
  initials?: string
  /** What tells two people of one name apart: branch, department, staff number. */
  hint?: string
}

/** Whether typing `typed` finds this person: by name, pinyin (spaces ignored) or initials. */
export function matchesPerson(typed: string, person: PersonOption): boolean {
  const query = typed.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
  if (!query) return true
  if (person.name.includes(query)) return true
  const letters = (text?: string) => (text ?? '').toLowerCase().replace(/\s+/g, '')
  return letters(person.pinyin).startsWith(query) || letters(person.initials).startsWith(query)
}
