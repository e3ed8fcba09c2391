import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { recordMeeting } from './meeting'
import { expect, me, read, test, unique, write, type Answer, type Schemas } from './office'
import { bodyOf, dayOf, readWorkbook, rewrite } from './workbook'

const branch = '第一党支部'

/** Presses what starts a download and reads the file. */
async function downloaded(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), press()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

/** Issues what the page shows, and reads the workbook that comes down. */
async function issue(page: Page): Promise<{ number: string; bytes: Buffer }> {
  await page.getByRole('button', { name: '出具并下载' }).click()
  const dialog = page.getByRole('dialog')
  const { bytes } = await downloaded(page, () => dialog.getByRole('button', { name: '出具并下载' }).click())
  const number = (await dialog.getByRole('definition').first().innerText()).trim()
  await dialog.getByRole('button', { name: '关闭' }).last().click()
  return { number, bytes }
}

/** Points in the workbook are points; in the API hundredths. */
const points = (hundredths: number | undefined) => (hundredths ?? 0) / 100

const ledgerOf = (page: Page, person: string, quarter: string) =>
  read<Schemas['LedgerPage']>(page, `/api/ledgers/${person}?quarter=${quarter}`)

test('a leader downloads the quarter summary; every cell is what the ledger pages say', async ({ as }) => {
  const secretary = await as('secretary1')
  const meeting = await recordMeeting(secretary, unique('总结本季工作的党员大会'))
  const chief = await as('chief')
  await chief.goto(`/reports/quarter-summary?quarter=${meeting.quarter}`)
  const paper = chief.getByRole('article')
  await expect(paper.getByRole('heading')).toContainText('积分汇总表')
  await expect(paper).toContainText('滨河区人民检察院')
  const shown = await paper.getByRole('row').filter({ hasText: branch }).count()
  expect(shown).toBeGreaterThan(20)

  const { number, bytes } = await issue(chief)
  const [sheet] = readWorkbook(bytes)
  const { headings, rows, total } = bodyOf(sheet!)
  expect(headings).toEqual(
    ['序号', '姓名', '支部', '小组', '基础分', '政治', '业务', '纪律', '作风', '加分', '扣分', '本季合计', '年累计', '备注'],
  )
  expect(sheet!.rows[0]![0]).toBe(await paper.getByRole('heading').innerText())
  expect(sheet!.rows[1]!.join('')).toContain('滨河区人民检察院')
  expect(sheet!.rows.flat().join('\n')).toContain(number)

  // Those who were at the meeting, the two who were away, and everybody else of the office.
  const { items } = await read<Answer<'/api/ledgers'>>(chief, `/api/ledgers?quarter=${meeting.quarter}&limit=200`)
  expect(rows).toHaveLength(items.length)
  for (const l of items) {
    const sums = l.exempt
      ? { 基础分: '', 加分: '', 扣分: '', 本季合计: '', 备注: expect.stringContaining(l.exempt) }
      : { 加分: points(l.gained), 扣分: points(l.deducted), 本季合计: points(l.sum) }
    expect(rows).toContainEqual(expect.objectContaining({ 姓名: l.name, 支部: l.branch, 小组: l.group, ...sums }))
  }
  for (const person of [meeting.people[0]!, meeting.people.at(-2)!, meeting.people.at(-1)!]) {
    const ledger = await ledgerOf(chief, person.person_id, meeting.quarter)
    const net = Object.fromEntries(ledger.dimensions.map((d) => [d.dimension, points(d.net)]))
    const line = rows.find((row) => row.姓名 === ledger.name && row.小组 === ledger.group)
    expect(line).toMatchObject({
      姓名: ledger.name, 支部: ledger.branch, 小组: ledger.group, 基础分: net.base, 政治: net.political, 业务: net.professional,
      纪律: net.discipline, 作风: net.conduct, 加分: points(ledger.gained), 扣分: points(ledger.deducted),
      本季合计: points(ledger.sum), 年累计: points(ledger.year_sum),
    })
  }
  const unexcused = await ledgerOf(chief, meeting.people.at(-1)!.person_id, meeting.quarter)
  expect(unexcused.deducted).toBeLessThan(0)

  const sum = (heading: string) => Math.round(rows.reduce((all, row) => all + Number(row[heading]) * 100, 0)) / 100
  for (const heading of headings.slice(4, 13)) expect(total[heading], `total of ${heading}`).toBe(sum(heading))
  const counted = rows.filter((row) => row.本季合计 !== '').length
  expect(sheet!.formulas.size, 'computed cells carry their formula').toBeGreaterThan(counted)

  // The page shows what prints.
  const ofBranch = rows.filter((row) => row.支部 === branch)
  expect(shown).toBe(ofBranch.length)
  for (const row of ofBranch.slice(0, 5)) {
    await expect(paper.getByRole('row').filter({ hasText: String(row.姓名) }).filter({ hasText: String(row.小组) }).first()).toContainText(String(row.本季合计))
  }

  // What was issued does not change: later facts, a second download, the same bytes.
  await recordMeeting(secretary, unique('出具之后的党员大会'))
  await chief.getByRole('tab', { name: '已出具' }).click()
  const again = await downloaded(chief, () => chief.getByRole('button', { name: `下载${number}` }).click())
  expect(again.name).toContain(number)
  expect(again.bytes.equals(bytes), 'the same bytes').toBe(true)
})

test("a member's ledger as a workbook has every line of the ledger page", async ({ as }) => {
  const secretary = await as('secretary1')
  const meeting = await recordMeeting(secretary, unique('记入台账的党员大会'))
  const chief = await as('chief')
  const person = meeting.people[0]!
  await chief.goto(`/ledger/${person.person_id}?quarter=${meeting.quarter}`)
  await chief.getByRole('link', { name: 'Excel 台账' }).click()
  await expect(chief.getByRole('article')).toContainText(meeting.title)

  const { bytes } = await issue(chief)
  const sheets = readWorkbook(bytes)
  expect(sheets).toHaveLength(1)
  const { headings, rows } = bodyOf(sheets[0]!)
  expect(headings).toEqual(['序号', '日期', '类别', '事项', '依据条款', '申报', '核定', '核实人', '公示起止', '凭证号', '结余'])

  const lines: Schemas['LedgerLine'][] = []
  for (let cursor = ''; ; ) {
    const asked = new URLSearchParams({ quarter: meeting.quarter, limit: '200', cursor })
    const page = await read<Answer<'/api/ledgers/{person}/entries'>>(chief, `/api/ledgers/${person.person_id}/entries?${asked}`)
    lines.push(...page.items)
    if (!(cursor = page.next ?? '')) break
  }
  expect(lines.some((l) => l.record_id === meeting.id)).toBe(true)
  expect(rows).toHaveLength(lines.length)
  for (const line of lines) {
    const row = rows.find((one) => one.凭证号 === line.voucher || one.凭证号 === String(line.voucher))
    expect(row, `voucher ${line.voucher}`).toBeDefined()
    expect(dayOf(row!.日期!)).toBe(line.fact_on)
    expect(row!.核定).toBe(points(line.points))
    expect(row!.申报).toBe(points(line.requested))
    expect(row!.结余).toBe(points(line.balance))
    expect(String(row!.事项)).toContain(line.reason)
    expect(row!.核实人).toBe(line.verified_by || '系统')
  }
})

test('whoever gets a report can see whether it is as it was issued', async ({ as }) => {
  const secretary = await as('secretary1')
  const { branch_id } = await me(secretary)
  const [quarter] = (await read<Answer<'/api/quarters'>>(secretary, '/api/quarters')).items
  const issued = await write<Schemas['Issue']>(secretary, '/api/reports/quarter-summary/issues', { quarter: quarter!.quarter, branch: branch_id })
  const file = await (await secretary.request.get(`/api/reports/issues/${issued.id}/file`)).body()
  const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  const check = async (page: Page, buffer: Buffer) => {
    await page.goto('/reports/verify')
    await page.locator('input[type=file]').setInputFiles({ name: '收到的报表.xlsx', mimeType, buffer })
    return page.locator('.result')
  }

  const same = await check(secretary, file)
  await expect(same).toContainText('未改动：是')
  await expect(same).toContainText(issued.number)

  // One name, as somebody would change it who wishes to have points.
  const forged = rewrite(file, (xml) => xml.replace('谢丽娜', '谢莉娜'))
  const changed = await check(secretary, forged)
  await expect(changed).toContainText('内容已被改动')
  await expect(changed.getByRole('row').filter({ hasText: '谢莉娜' })).toContainText('谢丽娜')

  // Somebody without this report learns that it was changed, not what it said.
  const member = await as('member')
  const told = await check(member, forged)
  await expect(told).toContainText('内容已被改动')
  await expect(told).not.toContainText('谢')
  await expect(await check(member, Buffer.from('PK\x03\x04 not a workbook'))).toContainText(/不是|无法/)
})
