// Lets days go by for one public notice, or hours for one volunteer action. No server has
// a clock that can be set, and five working days are long for a test: so its days are
// moved into the past, in the database, as the owner of its tables. That is all: what
// happens at the notice's end, the server's own job does by itself.

import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'

const int32 = (n: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(n)
  return bytes
}

/**
 * One statement over the socket of the office's private PostgreSQL, which knows who
 * asks by their account: no password. Answers the command's tag: "UPDATE 1".
 */
async function asOwner(sql: string): Promise<string> {
  const data = process.env.XIANFENG_E2E_DATA ?? ''
  // Line four and five of PostgreSQL's own file: the port and the socket's directory.
  const [, , , port, directory] = (await readFile(join(data, 'pg/pgdata/postmaster.pid'), 'utf8')).split('\n')
  const socket = createConnection(join(directory ?? '', `.s.PGSQL.${port}`))
  const start = Buffer.from('user\0xianfeng_owner\0database\0xianfeng\0\0')
  socket.write(Buffer.concat([int32(start.length + 8), int32(3 << 16), start]))
  let held = Buffer.alloc(0)
  let ready = 0
  let tag = ''
  try {
    for await (const chunk of socket) {
      held = Buffer.concat([held, chunk as Buffer])
      while (held.length >= 5 && held.length > held.readInt32BE(1)) {
        const [kind, body] = [held.toString('latin1', 0, 1), held.subarray(5, held.readInt32BE(1) + 1)]
        held = held.subarray(held.readInt32BE(1) + 1)
        if (kind === 'E') throw new Error(body.toString().replaceAll('\0', ' '))
        if (kind === 'C') tag = body.toString('utf8', 0, body.length - 1)
        if (kind !== 'Z') continue
        if (++ready === 2) return tag
        const query = Buffer.from(`${sql}\0`)
        socket.write(Buffer.concat([Buffer.from('Q'), int32(query.length + 4), query]))
      }
    }
  } finally {
    socket.destroy()
  }
  throw new Error('the database hung up')
}

/** The notice was published eight days ago, and yesterday was its last day. */
export async function endNotice(id: string): Promise<void> {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError(id)
  const today = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
  const done = await asOwner(
    `UPDATE notice_notices SET published_at = published_at - interval '8 days', first_day = ${today} - 8, last_day = ${today} - 1 WHERE id = '${id}'`,
  )
  if (done !== 'UPDATE 1') throw new Error(`${done}: no such notice`)
}

/** The action began two hours ago and has just ended. */
export async function endAction(id: string): Promise<void> {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError(id)
  const done = await asOwner(
    `UPDATE volunteer_actions SET starts_at = now() - interval '121 minutes', ends_at = now() - interval '1 minute', closes_at = now() - interval '121 minutes' WHERE id = '${id}'`,
  )
  if (done !== 'UPDATE 1') throw new Error(`${done}: no such action`)
}
