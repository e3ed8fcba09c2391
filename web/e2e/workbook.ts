// Reads the cells of a workbook: as little of ZIP and SpreadsheetML as a test
// needs to see what a person sees who opens the file.

import { crc32, inflateRawSync } from 'node:zlib'

/** What a cell holds: text, or a number; a computed cell holds its value. Empty cells are ''. */
export type Cell = string | number

export interface Sheet {
  name: string
  rows: Cell[][]
  /** Formulas by the cell's name ("L8"). */
  formulas: Map<string, string>
}

/** The parts of a ZIP file by name. */
export function unzip(file: Buffer): Map<string, Buffer> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a ZIP file')
  const parts = new Map<string, Buffer>()
  let at = file.readUInt32LE(end + 16)
  for (let n = file.readUInt16LE(end + 10); n > 0; n--) {
    const [method, packed, nameLength, extra, comment, local] = [
      file.readUInt16LE(at + 10), file.readUInt32LE(at + 20), file.readUInt16LE(at + 28), file.readUInt16LE(at + 30),
      file.readUInt16LE(at + 32), file.readUInt32LE(at + 42),
    ]
    const name = file.toString('utf8', at + 46, at + 46 + nameLength)
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const bytes = file.subarray(start, start + packed)
    parts.set(name, method === 8 ? inflateRawSync(bytes) : bytes)
    at += 46 + nameLength + extra + comment
  }
  return parts
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const plain = (xml: string) =>
  xml.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (all, hex, dec, name) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : dec ? String.fromCodePoint(Number(dec)) : (entities[name] ?? all),
  )
const attribute = (tag: string, name: string) => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
const texts = (xml: string) => [...xml.matchAll(/<t(?:\s[^>]*)?>([^<]*)<\/t>/g)].map((t) => plain(t[1] ?? '')).join('')

function columnOf(cell: string): number {
  let n = 0
  for (const letter of cell.replace(/\d+$/, '')) n = n * 26 + letter.charCodeAt(0) - 64
  return n - 1
}

/** The sheets of a workbook, in their order. */
export function readWorkbook(file: Buffer): Sheet[] {
  const parts = unzip(file)
  const part = (name: string) => parts.get(name)?.toString('utf8') ?? ''
  const shared = [...part('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map((si) => texts(si[1] ?? ''))
  const targets = new Map(
    [...part('xl/_rels/workbook.xml.rels').matchAll(/<Relationship\s[^>]*>/g)].map(([tag]) => [attribute(tag, 'Id'), attribute(tag, 'Target')]),
  )
  return [...part('xl/workbook.xml').matchAll(/<sheet\s[^>]*>/g)].map(([tag]) => {
    const target = (targets.get(attribute(tag, 'r:id')) ?? '').replace(/^\/?(xl\/)?/, 'xl/')
    const sheet: Sheet = { name: attribute(tag, 'name'), rows: [], formulas: new Map() }
    for (const [, head = '', body = ''] of part(target).matchAll(/<c\s([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const cell = attribute(` ${head}`, 'r')
      const row = Number(/\d+$/.exec(cell)?.[0]) - 1
      const type = attribute(` ${head}`, 't')
      const value = /<v>([^<]*)<\/v>/.exec(body)?.[1]
      const formula = /<f>([^<]*)<\/f>/.exec(body)?.[1]
      if (formula) sheet.formulas.set(cell, plain(formula))
      while (sheet.rows.length <= row) sheet.rows.push([])
      const cells = sheet.rows[row]!
      while (cells.length <= columnOf(cell)) cells.push('')
      if (type === 's') cells[columnOf(cell)] = shared[Number(value)] ?? ''
      else if (type === 'inlineStr') cells[columnOf(cell)] = texts(body)
      else if (value !== undefined) cells[columnOf(cell)] = type === 'str' || type === 'e' ? plain(value) : Number(value)
    }
    return sheet
  })
}

/** The body of a report's sheet: the rows below the headings that start with a running number, by heading. */
export function bodyOf(sheet: Sheet): { headings: string[]; rows: Record<string, Cell>[]; total: Record<string, Cell> } {
  const at = sheet.rows.findIndex((row) => row[0] === '序号')
  const headings = (sheet.rows[at] ?? []).map((h) => String(h).replace(/\s/g, ''))
  const named = (row: Cell[]) => Object.fromEntries(headings.map((h, i) => [h, row[i] ?? '']))
  const below = sheet.rows.slice(at + 1)
  const rows = below.filter((row) => typeof row[0] === 'number').map(named)
  return { headings, rows, total: named(below.find((row) => row.includes('合计')) ?? []) }
}

/** The body of a report's sheet without running numbers: what lies between the headings, the first of which is given, and the total. */
export function tableOf(sheet: Sheet, first: string): { headings: string[]; rows: Record<string, Cell>[]; total: Record<string, Cell> } {
  const at = sheet.rows.findIndex((row) => String(row[0]).replace(/\s/g, '') === first)
  const text = (cell: Cell | undefined) => String(cell ?? '').replace(/\s/g, '')
  const [upper = [], lower = []] = sheet.rows.slice(at, at + 2)
  const grouped = lower[0] === ''
  let group = ''
  const headings = Array.from({ length: Math.max(upper.length, grouped ? lower.length : 0) }, (_, i) => {
    group = text(upper[i]) || group
    return grouped ? group + text(lower[i]) : group
  })
  const named = (row: Cell[]) => Object.fromEntries(headings.map((h, i) => [h, row[i] ?? '']))
  const below = sheet.rows.slice(at + (grouped ? 2 : 1))
  const end = below.findIndex((row) => row.includes('合计'))
  return { headings, rows: below.slice(0, end).map(named), total: named(below[end] ?? []) }
}

/** A day as Excel counts it, as text: 46350 → "2026-11-24". */
export const dayOf = (serial: Cell) => new Date(Date.UTC(1899, 11, 30) + Number(serial) * 86_400_000).toISOString().slice(0, 10)

/** The workbook with one of its parts written anew, as any program that saves it would: the first part for which `change` answers something else. */
export function rewrite(file: Buffer, change: (xml: string, part: string) => string): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  let done = false
  for (const [name, bytes] of unzip(file)) {
    const text = bytes.toString('utf8')
    const put: string = done || !name.endsWith('.xml') ? text : change(text, name)
    done ||= put !== text
    const data = put === text ? bytes : Buffer.from(put)
    const path = Buffer.from(name)
    const head = Buffer.alloc(26) // version, flags, method 0 (stored), time, CRC, sizes, lengths
    head.writeUInt16LE(20, 0)
    head.writeUInt32LE(crc32(data), 10)
    head.writeUInt32LE(data.length, 14)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt16LE(path.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), head, path, data)
    entries.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), head, place, path)
    at += 30 + path.length + data.length
  }
  if (!done) throw new Error('nothing was changed')
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length / 4, 8)
  end.writeUInt16LE(entries.length / 4, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, directory, end])
}
