import { readFileSync, writeFileSync } from 'node:fs'
import { expect, read, test, type Schemas } from './office'

// A whole year of the demo office, judged cell by cell (rule 32). What the demo's people
// did is laid out in internal/app/demo_plan.go: a branch meeting below its quorum, party
// days that were withdrawn, weeks that groups forgot, the deputy's days away in July, the
// week of the Spring Festival in which nobody owes anything, and a retired branch that
// lives a quieter life. XIANFENG_UPDATE=1 writes the file anew: read every line of it.
const golden = new URL('./duty-year.golden', import.meta.url)
const marks: Record<Schemas['Cell']['state'], string> = { met: 'o', late: 'L', partial: '/', due: '.', missed: 'x', excused: 'x', none: '-' }

test('a year of the demo office gives the expected grid', async ({ as }) => {
  const chief = await as('chief')
  const lines: string[] = []
  for (const owner of ['unit', 'branch', 'group', 'deputy']) {
    const grid = await read<Schemas['Grid']>(chief, `/api/duties/grid?owner=${owner}&from=2025-10&months=12&limit=100`)
    expect(grid.rows.length, owner).toBe(grid.total)
    for (const row of grid.rows) {
      const duties = new Map<string, string>()
      for (const cell of row.cells) {
        const line = [owner, `${row.branch_name ?? ''} ${row.name}`.trim(), `${cell.name}/${cell.every}`].join('\t')
        duties.set(line, (duties.get(line) ?? '') + marks[cell.state])
      }
      lines.push(...[...duties].map(([line, cells]) => `${line}\t${cells}`))
    }
  }
  const year = `${lines.join('\n')}\n`
  if (process.env.XIANFENG_UPDATE === '1') writeFileSync(golden, year)
  expect(year).toBe(readFileSync(golden, 'utf8'))
})
