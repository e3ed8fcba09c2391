import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { dayAfter, expect, me, phone, read, sideways, test, today, unique, type Answer, type Schemas } from './office'
import { readWorkbook, tableOf } from './workbook'

type Cell = Schemas['Cell']

/** What the tests record lies after the year that duty-year.golden judges. */
const judged = '2026-10-01'

const gridOf = (page: Page, query: string) => read<Schemas['Grid']>(page, `/api/duties/grid?limit=100&${query}`)
const cellOf = async (page: Page, c: Cell) =>
  (await read<Answer<'/api/duties/cell'>>(page, `/api/duties/cell?${new URLSearchParams({ code: c.code, owner: c.owner, owner_id: c.owner_id, first: c.first })}`)).cell

/** On the record form, which knows kind, organiser and day: times, people and what was talked about. */
async function fillAndConfirm(page: Page, times: [string, string]): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: '记一次活动' })).toBeVisible()
  await page.getByLabel('开始时间').fill(times[0])
  await page.keyboard.press('Tab')
  await page.getByLabel('结束时间').fill(times[1])
  await page.keyboard.press('Tab')
  const all = page.getByRole('button', { name: '加入本组织全部人员' })
  if (await all.isVisible()) await all.click()
  await page.getByLabel('内容', { exact: true }).fill(unique('会商本周办案和学习'))
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}$/)
}

/** Opens the group's row and the month that holds the cell. */
async function openCell(page: Page, c: Cell): Promise<void> {
  const month = (c.last < today() ? c.last : today()).slice(0, 7)
  await page.goto(`/duties?owner=${c.owner}&q=${encodeURIComponent(c.owner_name)}&year=${month.slice(0, 4)}`)
  const panel = page.getByRole('region', { name: '落实情况' })
  const line = panel.getByRole('row').filter({ has: page.getByRole('rowheader', { name: c.name, exact: true }) })
  const owner = panel.getByRole('rowheader').getByRole('button', { name: new RegExp(`${c.owner_name}$`) })
  await expect(owner.first()).toBeVisible()
  if (!(await line.first().isVisible())) await owner.first().click()
  const field = line.first().getByRole('button')
  const titled = page.locator(`button[title*="${c.name}"]`)
  await expect(titled.first()).toBeVisible()
  // Its weeks are one field for each month, a quarter is one field of its own.
  const said = c.every === 'week' ? await weekField(page, c, month) : field.and(page.locator(`[title*="${periodWords(c)}"]`))
  await said.first().click()
}

const periodWords = (c: Cell) =>
  c.every === 'quarter' ? `${c.first.slice(0, 4)}年第${'一二三四'[(Number(c.first.slice(5, 7)) - 1) / 3]}季度` : `${c.first.slice(0, 4)}年${Number(c.first.slice(5, 7))}月`

/** The field of a month: the month's place among the columns. */
async function weekField(page: Page, c: Cell, month: string) {
  const at = Number(month.slice(5)) - 1
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: c.name, exact: true }) }).first()
  return row.getByRole('cell').nth(at).getByRole('button')
}

test('a missed week is made up for from its cell, a due one from the desk, whose list shrinks', async ({ as }) => {
  const secretary = await as('secretary1')
  const groups = await gridOf(secretary, `owner=group&from=${judged.slice(0, 7)}&months=12`)
  const cells = groups.rows.flatMap((r) => r.cells).filter((c) => c.code === 'consultation' && c.first >= judged)
  const missed = cells.find((c) => c.state === 'missed')!
  await openCell(secretary, missed)
  const drawer = secretary.getByRole('dialog', { name: new RegExp(missed.name) })
  const week = drawer.getByText(new RegExp(`^${Number(missed.first.slice(5, 7))}\\.${Number(missed.first.slice(8))}起`))
  if (await week.isVisible()) await week.click()
  await expect(drawer).toContainText('没有完成')
  await expect(drawer).toContainText('这一期还没有记录')
  await drawer.getByRole('button', { name: '去记录' }).click()
  await expect(secretary.getByLabel('日期', { exact: true })).toHaveValue(missed.last)
  await expect(secretary.getByRole('radio', { name: '会商' })).toBeChecked()
  await fillAndConfirm(secretary, ['20:00', '20:20'])
  const after = await cellOf(secretary, missed)
  expect(['met', 'late']).toContain(after.state)
  expect(after.held).toBe(1)
  await openCell(secretary, missed)
  if (await week.isVisible()) await week.click()
  await expect(drawer).toContainText('已完成')
  await expect(drawer.getByRole('link')).toHaveCount(1)
  await secretary.keyboard.press('Escape')

  // This week's, from the desk.
  const before = (await read<Schemas['Desk']>(secretary, '/api/desk')).due
  const owed = before.items.find((c) => c.code === 'consultation')!
  await secretary.goto('/')
  const waiting = secretary.getByRole('region', { name: '等我办理' })
  const line = waiting.getByRole('listitem').filter({ hasText: `记录${owed.name}` }).filter({ hasText: `${owed.branch_name}${owed.owner_name}` })
  await line.getByRole('link').click()
  await fillAndConfirm(secretary, ['00:10', '00:15'])
  expect((await cellOf(secretary, owed)).state).toBe('met')
  await secretary.goto('/')
  await expect(waiting).toBeVisible()
  await expect(line).toHaveCount(0)
  expect((await read<Schemas['Desk']>(secretary, '/api/desk')).due.total).toBe(before.total - 1)
})

test('why a meeting was missed: asked by the secretary, approved by the office, printed in the workbook', async ({ as }) => {
  const secretary = await as('secretary3')
  const { branch_id: branch } = await me(secretary)
  const { rows: [own] } = await gridOf(secretary, `owner=branch&from=2025-10&months=12&branch_id=${branch}`)
  // Approved or not, duty-year counts them as not done.
  const missed = own!.cells.find((c) => ['branch_meeting', 'party_day'].includes(c.code) && c.state === 'missed' && !c.reason_state)!
  const reason = unique('支部书记调整，会议推迟')
  await openCell(secretary, missed)
  const drawer = secretary.getByRole('dialog', { name: new RegExp(missed.name) })
  await drawer.getByRole('button', { name: '说明未完成的原因' }).click()
  await drawer.getByRole('button', { name: '提交' }).click()
  await expect(drawer).toContainText('请写明原因')
  await drawer.getByLabel('未完成的原因').fill(reason)
  await drawer.getByRole('button', { name: '提交' }).click()
  await expect(secretary.getByText(/^已提交，等机关党委审批/)).toBeVisible()
  await expect(drawer).toContainText('等待审批')

  // Nobody decides about their own.
  const asked = (await read<Answer<'/api/duty-excuses'>>(secretary, '/api/duty-excuses?state=asked')).items.find((e) => e.reason === reason)!
  expect(asked.may_decide).toBe(false)
  const office = await as('office')
  await office.goto('/duties/excuses?state=asked')
  await office.getByRole('row').filter({ hasText: reason }).getByRole('button', { name: '审批' }).click()
  const deciding = office.getByRole('dialog', { name: '审批未完成原因' })
  await deciding.getByRole('button', { name: '确定' }).click()
  await expect(deciding).toContainText('请选择批准或不批准')
  await deciding.getByText('批准', { exact: true }).click()
  await deciding.getByRole('button', { name: '确定' }).click()
  await expect(office.getByText(/^已批准，/)).toBeVisible()

  await openCell(secretary, missed)
  await expect(drawer).toContainText('原因已批准')
  await expect(drawer).toContainText(reason)
  await secretary.keyboard.press('Escape')
  await expect(secretary.locator(`button[title*="${periodWords(missed)}${missed.name}"]`).first()).toHaveText('免')

  // Workbook 4 of that quarter.
  const quarter = `${missed.first.slice(0, 4)}Q${Math.ceil(Number(missed.first.slice(5, 7)) / 3)}`
  await office.goto(`/reports/meeting-statistics?quarter=${quarter}`)
  const paper = office.getByRole('article')
  await expect(paper.getByRole('row').filter({ hasText: missed.owner_name })).toContainText(reason)
  await office.getByRole('button', { name: '出具并下载' }).click()
  const issuing = office.getByRole('dialog')
  const [file] = await Promise.all([office.waitForEvent('download'), issuing.getByRole('button', { name: '出具并下载' }).click()])
  const [sheet] = readWorkbook(await readFile(await file.path()))
  const { rows, headings } = tableOf(sheet!, '支部')
  const at = headings.find((h) => h.endsWith('未完成原因'))!
  const row = rows.find((r) => r.支部 === missed.owner_name)!
  expect(String(row[at])).toContain(reason)
  expect(Number(row[`${missed.name}应`]) - Number(row[`${missed.name}实`])).toBe(1)

  // Another branch's secretary: nothing of it anywhere.
  const two = await as('secretary2')
  await two.goto('/duties/excuses')
  await expect(two.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(two.getByRole('main').locator('.el-skeleton')).toHaveCount(0)
  await expect(two.getByRole('main')).not.toContainText(missed.owner_name)
  const detail = `/api/duties/cell?${new URLSearchParams({ code: missed.code, owner: 'branch', owner_id: missed.owner_id, first: missed.first })}`
  expect((await two.request.get(detail)).status()).toBe(404)
  for (const path of ['/api/duty-excuses?limit=200', '/api/duties/grid?owner=branch&from=2025-10&months=12&limit=100', `/api/reports/meeting-statistics?quarter=${quarter}`]) {
    const text = await (await two.request.get(path)).text()
    expect(text, path).not.toContain(reason)
    expect(text, path).not.toContain(missed.owner_name)
  }
  await two.goto(`/duties?owner=branch&branch_id=${branch}`)
  await expect(two.getByRole('main')).not.toContainText(missed.owner_name)
})

test('the office changes a duty from a coming period on, sees both, and takes it back', async ({ as }) => {
  const office = await as('office')
  await office.goto('/duties/list')
  const row = office.getByRole('row').filter({ has: office.getByText('支部研讨', { exact: true }) })
  await expect(row).toContainText('每月 1 次')
  const back = row.getByRole('button', { name: '收回变动' })
  const takeBack = async () => {
    await back.click()
    await office.getByRole('dialog', { name: /^收回/ }).getByRole('button', { name: '收回' }).click()
    await expect(office.getByText('已收回。')).toBeVisible()
  }
  if (await back.isVisible()) await takeBack()
  await row.getByRole('button', { name: '修改' }).click()
  const editing = office.getByRole('dialog', { name: '修改“支部研讨”' })
  await editing.getByRole('spinbutton', { name: '次数' }).fill('2')
  const next = dayAfter(`${today().slice(0, 7)}-28`, 4).slice(0, 7)
  // What is chosen lies over the field itself.
  await editing.getByRole('combobox', { name: '从哪天起' }).click({ force: true })
  await office.getByRole('option', { name: `${next.slice(0, 4)}年${Number(next.slice(5))}月1日` }).click()
  await editing.getByRole('button', { name: '保存' }).click()
  await expect(office.getByText(/^已保存，从 .*起按新的规定计算/)).toBeVisible()
  await expect(row).toContainText('每月 1 次')
  await expect(row).toContainText('起改为每月 2 次')
  const both = await read<Answer<'/api/duties'>>(office, '/api/duties')
  expect(both.items.find((d) => d.code === 'seminar')!.times).toBe(1)
  expect(both.next.find((d) => d.code === 'seminar')).toMatchObject({ times: 2, valid_from: `${next}-01` })
  // What is running is judged as before.
  const grid = await gridOf(office, 'owner=branch&code=seminar&months=12')
  expect(grid.rows.flatMap((r) => r.cells).filter((c) => c.owed > 1)).toEqual([])
  await takeBack()
  await expect(row).not.toContainText('起改为')
  expect((await read<Answer<'/api/duties'>>(office, '/api/duties')).next.filter((d) => d.code === 'seminar')).toEqual([])
})

test("a branch's quarter plan: made in one click, changed, filed, and down as a sheet", async ({ as }, info) => {
  // Another branch for a second try: what is filed stays filed.
  const secretary = await as(`secretary${2 + info.retry}`)
  const { branch_id: branch } = await me(secretary)
  const month = Number(today().slice(5, 7))
  const q = Math.ceil(month / 3)
  const quarter = q === 4 ? `${Number(today().slice(0, 4)) + 1}Q1` : `${today().slice(0, 4)}Q${q + 1}`
  await secretary.goto(`/duty-plans?quarter=${quarter}`)
  await secretary.getByRole('button', { name: '一键编制' }).click()
  await expect(secretary).toHaveURL(new RegExp(`/duty-plans/${branch}/${quarter}$`))
  await expect(secretary.getByText('草稿', { exact: true })).toBeVisible()
  const plan = `/api/duty-plans/${branch}/${quarter}`
  const made = await read<Answer<'/api/duty-plans/{branch}/{quarter}'>>(secretary, plan)
  for (const code of ['branch_meeting', 'committee_meeting', 'group_meeting', 'party_lecture', 'party_day']) expect(made.items.map((i) => i.code)).toContain(code)
  expect(made.items.filter((i) => [0, 6].includes(new Date(`${i.planned_on}T00:00:00Z`).getUTCDay())), 'on weekends').toEqual([])

  const title = unique('主题党日：参观区档案馆')
  await secretary.getByRole('button', { name: '修改' }).click()
  const editor = secretary.getByRole('region', { name: '修改计划' })
  await editor.getByLabel('第 1 项事项').fill(title)
  await editor.getByRole('button', { name: '第 1 项下移' }).click()
  await expect(editor.getByLabel('第 2 项事项')).toHaveValue(title)
  await editor.getByRole('button', { name: '保存' }).click()
  await expect(secretary.getByText('已保存。')).toBeVisible()
  await expect(secretary.getByRole('listitem').filter({ hasText: title })).toBeVisible()
  await secretary.getByRole('button', { name: '报备' }).click()
  await secretary.getByRole('dialog', { name: /^报备/ }).getByRole('button', { name: '报备' }).click()
  await expect(secretary.getByText('已报备。')).toBeVisible()
  const [file] = await Promise.all([secretary.waitForEvent('download'), secretary.getByRole('button', { name: /导出|下载/ }).click()])
  const [sheet] = readWorkbook(await readFile(await file.path()))
  const cells = sheet!.rows.flat().join('\n')
  expect(cells).toContain(title)
  expect(cells).toContain(made.branch_name)

  // The Party office sees that it was filed; a change later is marked.
  const office = await as('office')
  await office.goto(`/duty-plans?quarter=${quarter}`)
  await expect(office.getByRole('row').filter({ hasText: made.branch_name })).toContainText('已报备')
  await secretary.getByRole('button', { name: '修改' }).click()
  await editor.getByLabel('第 1 项事项').fill(`${title}（改）`)
  await editor.getByRole('button', { name: '保存' }).click()
  await expect(secretary.getByText('已保存；报备以后的修改会注明。')).toBeVisible()
  await expect(secretary.getByRole('listitem').filter({ hasText: `${title}（改）` })).toContainText('调整')
})

test("a member's study is noted on the phone and stands nowhere else; the grid fits a narrow phone", async ({ as }) => {
  const member = await as('member', { viewport: phone, isMobile: true, hasTouch: true })
  const canary = unique('读了民法典第三编')
  await member.goto('/study')
  await expect(member.getByText('只有您自己看得到')).toBeVisible()
  await member.getByLabel('学习笔记').fill(canary)
  await member.getByRole('button', { name: /^(今天学了|保存)$/ }).tap()
  await expect(member.getByText('已记下。')).toBeVisible()
  await expect(member.getByRole('region', { name: '本月笔记' })).toContainText(canary)
  expect(await sideways(member), 'pixels of sideways scrolling').toBe(0)
  const stored = await member.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  expect(stored).not.toContain(canary)

  for (const login of ['secretary1', 'leader11', 'chief', 'office', 'auditor', 'sysadmin']) {
    const other = await as(login)
    for (const path of [`/api/study-notes?month=${today().slice(0, 7)}`, '/api/audit?limit=200', '/api/desk', '/api/duties/grid?owner=branch&limit=100']) {
      expect(await (await other.request.get(path)).text(), `${path} for ${login}`).not.toContain(canary)
    }
  }

  const narrow = await as('member', { viewport: { width: 360, height: 720 }, isMobile: true, hasTouch: true })
  for (const owner of ['branch', 'group', 'unit']) {
    await narrow.goto(`/duties?owner=${owner}`)
    const panel = narrow.getByRole('region', { name: '落实情况' })
    await expect(panel.getByRole('table').or(panel.getByText(/没有您可以查看的/))).toBeVisible()
    expect(await sideways(narrow), `${owner}: pixels of sideways scrolling`).toBe(0)
  }
  await narrow.goto('/duties?owner=branch')
  await narrow.getByRole('row').nth(3).getByRole('button').last().tap()
  const drawer = narrow.getByRole('dialog')
  await expect(drawer).toContainText('周期')
  expect(await sideways(narrow), 'the drawer: pixels of sideways scrolling').toBe(0)
})
