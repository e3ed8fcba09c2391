const header = 'Idempotency-Key'

/** A random key of 128 bits. `crypto.randomUUID` does not exist on an intranet without HTTPS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/**
 * Gives every write its Idempotency-Key. While the outcome of a write is unknown
 * (still under way, no answer, a 5xx), the same write keeps its key, so that a
 * double click or a retry after a lost answer cannot happen twice. Once the
 * outcome is known the key is forgotten: saying the same thing again is then meant.
 */
export class Keys {
  private readonly open = new Map<string, string>()

  async stamp(request: Request): Promise<void> {
    if (request.method === 'GET' || request.method === 'HEAD' || request.headers.has(header)) return
    const what = await fingerprint(request)
    if (what === null) {
      request.headers.set(header, newKey())
      return
    }
    const key = this.open.get(what) ?? newKey()
    this.open.set(what, key)
    request.headers.set(header, key)
  }

  settle(request: Request, status: number): void {
    if (status >= 500) return
    const key = request.headers.get(header)
    for (const [what, open] of this.open) if (open === key) this.open.delete(what)
  }
}

// A form with files differs at each sending (its boundary is random): null.
async function fingerprint(request: Request): Promise<string | null> {
  const type = request.headers.get('Content-Type') ?? ''
  if (type && !type.startsWith('application/json')) return null
  return `${request.method} ${request.url}\n${await request.clone().text()}`
}
