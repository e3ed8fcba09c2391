import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { dayAfter, expect, me, read, tabTo, test, today, write, type Answer, type Schemas } from './office'
import { ownPlanned, planned, talks, type Talk } from './talks'
import { readWorkbook, tableOf } from './workbook'

const dayWords = (day: string) => `${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`
const dated = (day: string) => `${day.slice(0, 4)}年${dayWords(day)}`
const workday = (day: string) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())

/** A working day of the talk's month on which its talker has nothing, and the month's first Saturday. */
function freeDays(talk: Talk, own: Talk[]): { free: string; saturday: string } {
  const month = talk.planned_on!.slice(0, 7)
  const days = Array.from({ length: 28 }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`)
  return {
    free: days.find((d) => workday(d) && !own.some((t) => t.planned_on === d))!,
    saturday: days.find((d) => new Date(`${d}T00:00:00Z`).getUTCDay() === 6)!,
  }
}

const one = (page: Page, id: string) => read<Schemas['TalkDetail']>(page, `/api/talks/${id}`)

test('the office plans the year after a look at it; an absence later, planning anew says what moved', async ({ as }) => {
  const office = await as('office')
  await office.goto(`/talk-plans?year=${planned}`)
  const look = office.getByRole('button', { name: /预览$/ })
  await look.click()
  const shown = office.getByRole('region', { name: '预览' })
  await expect(shown).toContainText('待谈')
  const confirm = office.getByRole('button', { name: '确认编排' })
  const said = await read<Answer<'/api/talk-plans'>>(office, '/api/talk-plans')
  if (!said.items.some((p) => p.year === planned)) {
    await expect(office.getByRole('region', { name: '新排的' })).toBeVisible()
    await confirm.click()
    await expect(office.getByText(/^已编排：新排 \d+ 次/)).toBeVisible()
    await expect(office.getByRole('region', { name: '编排记录' }).getByRole('row').nth(1)).toContainText(`${planned}`)
  }

  // The chief will be away on the day of a talk; the Party office notes it.
  const chief = await as('chief')
  const { person } = await me(chief)
  const before = (await ownPlanned(office, chief))[0]!
  const away = before.planned_on!
  await office.goto('/absences')
  await office.getByRole('button', { name: '登记', exact: true }).first().click()
  const noting = office.getByRole('dialog', { name: '登记请假外出' })
  await noting.getByRole('combobox', { name: '谁' }).click()
  await noting.getByRole('combobox', { name: '谁' }).fill(person.name)
  await office.getByRole('option', { name: person.name }).first().click()
  await noting.getByText('出差', { exact: true }).click()
  for (const field of ['第一天', '最后一天']) {
    await noting.getByLabel(field).fill(away)
    await office.keyboard.press('Enter')
  }
  await noting.getByRole('button', { name: '登记' }).click()
  await expect(office.getByText('已登记，编排谈话时会避开这些天。')).toBeVisible()
  await expect(office.getByRole('region', { name: '请假外出' })).toContainText(dated(away))

  // Planned anew: what moves is said before it is done, and after.
  await office.goto(`/talk-plans?year=${planned}`)
  await look.click()
  const moving = office.getByRole('region', { name: '改期的' })
  const names = `${before.talker_name} 与 ${before.partner_name}`
  const line = moving.getByRole('listitem').filter({ hasText: names }).filter({ hasText: dayWords(away) })
  await expect(line.first()).toBeVisible()
  await confirm.click()
  await expect(office.getByText(/^已编排：.*改期 [1-9]/)).toBeVisible()
  await office.getByRole('region', { name: '编排记录' }).getByRole('row').nth(1).getByRole('button', { name: '看改期' }).click()
  await expect(office.getByRole('dialog').getByRole('listitem').filter({ hasText: names }).first()).toBeVisible()
  const after = await one(office, before.id)
  expect(after.talk.planned_on).not.toBe(away)
  expect(after.moves.at(-1)).toMatchObject({ from_day: away, to_day: after.talk.planned_on, reason: 'replan' })
  expect((await talks(office, { talker_id: person.id, from: away, to: away })).filter((t) => t.status === 'planned')).toEqual([])
})

test('a leader drags a talk to another day with a reason; a day that will not do says why', async ({ as }) => {
  const chief = await as('chief', { viewport: { width: 1280, height: 900 } })
  const own = await ownPlanned(await as('office'), chief)
  const talk = own.find((t) => t.planned_on! >= `${planned}-03`)!
  const { free, saturday } = freeDays(talk, own)
  await chief.goto(`/talks?day=${talk.planned_on}&talker_id=${talk.talker_id}`)
  const chip = chief.locator(`[data-talk="${talk.id}"]`)
  const day = (on: string) => chief.locator(`td[data-day="${on}"]`)
  await expect(day(talk.planned_on!).locator(`[data-talk="${talk.id}"]`)).toBeVisible()

  await chip.dragTo(day(saturday))
  await expect(chief.getByText(new RegExp(`^没有改期：${dayWords(saturday)}.*周末`))).toBeVisible()

  // The server knows of an absence that no colour of the calendar shows.
  const { id } = await write<Schemas['Absence']>(chief, '/api/absences', { person_id: talk.talker_id, kind: 'business', from: free, to: free })
  await chip.dragTo(day(free))
  const asking = chief.getByRole('dialog', { name: '改期' })
  await expect(asking.getByLabel('日期')).toHaveValue(free)
  await asking.getByRole('button', { name: '改期' }).click()
  await expect(asking).toContainText('请选择改期原因')
  const reason = asking.getByRole('combobox', { name: '原因' })
  await reason.click({ force: true })
  await chief.getByRole('option', { name: '会议冲突' }).click()
  await asking.getByRole('button', { name: '改期' }).click()
  await expect(asking.getByRole('alert').filter({ hasText: '不在单位，请另选一天' })).toBeVisible()
  expect((await one(chief, talk.id)).talk.planned_on).toBe(talk.planned_on)
  await asking.getByRole('button', { name: '取消' }).click()

  // Back in the office after all.
  expect((await chief.request.delete(`/api/absences/${id}`, { headers: { 'Idempotency-Key': crypto.randomUUID() } })).status()).toBe(204)
  await chip.dragTo(day(free))
  await reason.click({ force: true })
  await chief.getByRole('option', { name: '会议冲突' }).click()
  await asking.getByRole('button', { name: '改期' }).click()
  await expect(chief.getByText(`${talk.talker_name}与${talk.partner_name}的谈话改到 ${dayWords(free)}`)).toBeVisible()
  await expect(day(free).locator(`[data-talk="${talk.id}"]`)).toBeVisible()
  await chief.goto(`/talks/${talk.id}`)
  await expect(chief.getByRole('region', { name: '改期记录' })).toContainText('会议冲突')
})

test('a leader moves a talk by the keyboard alone', async ({ as }) => {
  const chief = await as('chief')
  const own = await ownPlanned(await as('office'), chief)
  const talk = own.find((t) => t.planned_on! >= `${planned}-05`)!
  await chief.goto(`/talks?day=${talk.planned_on}&talker_id=${talk.talker_id}&q=${encodeURIComponent(talk.partner_name)}`)
  await expect(chief.locator(`[data-talk="${talk.id}"]`)).toBeVisible()
  await tabTo(chief, (el) => el.getAttribute('aria-keyshortcuts') === 'M', 200)
  await chief.keyboard.press('m')
  const bar = chief.getByRole('application', { name: /移动谈话/ })
  await expect(bar).toBeFocused()

  // Over the weekend it says that nobody works, and Enter does nothing.
  let to = talk.planned_on!
  for (; workday(to); to = dayAfter(to, 1)) await chief.keyboard.press('ArrowRight')
  await expect(bar).toContainText('周末')
  await chief.keyboard.press('Enter')
  await expect(chief.getByText(/不能安排：周末/)).toBeVisible()
  // The next week; further while the talker has talks there.
  while (!workday(to) || own.some((t) => t.planned_on === to)) {
    await chief.keyboard.press('ArrowRight')
    to = dayAfter(to, 1)
  }
  await expect(bar).toContainText(dayWords(to))
  await chief.keyboard.press('Enter')
  const asking = chief.getByRole('dialog', { name: '改期' })
  await expect(asking).toBeVisible()
  await tabTo(chief, (el) => el.getAttribute('aria-label') === '原因')
  await chief.keyboard.press('Enter')
  await expect(chief.getByRole('option', { name: '办案' })).toBeVisible()
  for (let i = 0; i < 4; i++) await chief.keyboard.press('ArrowDown')
  await chief.keyboard.press('Enter')
  await expect(chief.getByRole('option', { name: '办案' })).toBeHidden()
  await tabTo(chief, (el) => el.tagName === 'BUTTON' && el.textContent?.trim() === '改期')
  await chief.keyboard.press('Enter')
  await expect(chief.getByText(`${talk.talker_name}与${talk.partner_name}的谈话改到 ${dayWords(to)}`)).toBeVisible()
  const after = await one(chief, talk.id)
  expect(after.talk.planned_on).toBe(to)
  expect(after.moves.at(-1)!.reason).toBe('case')
  await expect(chief.locator(`[data-talk="${talk.id}"]`)).toBeFocused()
})

test('an occasion noted by hand makes a talk, which its talker reports', async ({ as }) => {
  const secretary = await as('secretary1')
  const { branch_id: branch, person } = await me(secretary)
  const noted = new Set((await read<Answer<'/api/talk-occasions'>>(secretary, '/api/talk-occasions?limit=200')).items.map((o) => o.person_id))
  const { items: people } = await read<Answer<'/api/people'>>(secretary, `/api/people?branch=${branch}&limit=200`)
  const someone = people.find((p) => !noted.has(p.id) && p.id !== person.id && people.filter((q) => q.name === p.name).length === 1)!
  await secretary.goto('/talk-occasions')
  await secretary.getByRole('button', { name: '登记一件' }).first().click()
  const noting = secretary.getByRole('dialog', { name: '登记一件必谈的事' })
  await noting.getByRole('combobox', { name: '谁' }).click()
  await noting.getByRole('combobox', { name: '谁' }).fill(someone.name)
  await secretary.getByRole('option', { name: someone.name }).first().click()
  await noting.getByRole('button', { name: '登记' }).click()
  await expect(secretary.getByText('已登记，并安排了一次谈话。')).toBeVisible()
  await expect(secretary).toHaveURL(/\/talks\/[0-9a-f-]{36}$/)
  await expect(secretary.getByRole('heading', { level: 1 })).toContainText(`${person.name} → ${someone.name}`)
  const arranged = secretary.getByRole('region', { name: '谈话安排' })
  await expect(arranged).toContainText('困难、患病')
  await expect(arranged).toContainText('缘由')
  const id = secretary.url().split('/').pop()!
  expect((await one(secretary, id)).talk.planned_on, 'a day of its own').toMatch(/^\d{4}-/)

  await secretary.getByRole('button', { name: '登记已谈' }).click()
  const reporting = secretary.getByRole('dialog', { name: '登记已谈' })
  await reporting.getByRole('button', { name: '登记' }).click()
  await expect(secretary.getByText(`已登记，等${someone.name}确认。`)).toBeVisible()
  await expect(arranged).toContainText('等待另一方确认')
  await secretary.goto('/talk-occasions?state=arranged')
  await expect(secretary.getByRole('row').filter({ hasText: someone.name }).filter({ hasText: today() })).toContainText('已安排')
})

test('coverage says the same on its page and in the workbook that comes down', async ({ as }) => {
  const chief = await as('chief')
  await chief.goto('/talk-coverage')
  const sums = chief.getByRole('region', { name: '合计' })
  await expect(sums).toBeVisible()
  const year = Number(today().slice(0, 4))
  const coverage = await read<Schemas['Coverage']>(chief, `/api/talks/coverage?year=${year}`)
  await expect(sums).toContainText(String(coverage.total.due))
  await expect(sums).toContainText(String(coverage.total.done))

  await chief.goto('/reports/talk-coverage')
  await expect(chief.getByRole('article').getByRole('heading')).toContainText(`${year}年度谈心谈话情况表`)
  await chief.getByRole('button', { name: '出具并下载' }).click()
  const dialog = chief.getByRole('dialog')
  const [file] = await Promise.all([chief.waitForEvent('download'), dialog.getByRole('button', { name: '出具并下载' }).click()])
  const [sheet] = readWorkbook(await readFile(await file.path()))
  const { rows, total } = tableOf(sheet!, '谈话人')
  expect(rows).toHaveLength(coverage.talkers.length)
  const told = (t: Schemas['Coverage']['talkers'][number]) => `${t.talker_name} ${t.due} ${t.done}`
  expect(rows.map((r) => `${r.谈话人} ${r.应谈} ${r.已谈}`).sort()).toEqual(coverage.talkers.map(told).sort())
  expect([total.应谈, total.已谈]).toEqual([coverage.total.due, coverage.total.done])
  for (const t of coverage.talkers.filter((t) => t.remaining.length).slice(0, 10)) {
    const row = rows.find((r) => r.谈话人 === t.talker_name && r.应谈 === t.due && r.已谈 === t.done)!
    for (const open of t.remaining) expect(String(row.未谈名单), t.talker_name).toContain(open.partner_name)
  }
})
