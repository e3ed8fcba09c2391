import type { Page } from '@playwright/test'
import { freeSlot } from './meeting'
import { demoPassword, expect, phone, read, sideways, test, unique, type Answer } from './office'

/** Counts what the person presses, page after page: every press of the pointer, whatever it hits. */
async function countClicks(page: Page): Promise<() => number> {
  let clicks = 0
  await page.context().exposeBinding('countedClick', () => void clicks++)
  await page.context().addInitScript(() => {
    addEventListener('pointerdown', () => void (globalThis as never as { countedClick: () => void }).countedClick(), { capture: true })
  })
  return () => clicks
}

test('a meeting is recorded on one page in twelve clicks, amended, and read by a member on the phone', async ({ as }) => {
  const secretary = await as()
  await secretary.goto('/')
  await expect(secretary).toHaveURL(/\/login/)
  await secretary.getByLabel('登录名').fill('secretary1')
  await secretary.getByLabel('密码').fill(demoPassword)
  await secretary.getByRole('button', { name: '登录' }).click()
  await expect(secretary.getByRole('heading', { level: 1, name: '萧春梅' })).toBeVisible()
  const slot = await freeSlot(secretary)
  const decision = unique('通过支部工作计划')

  // Filled in up to the vote, when the browser is closed.
  const clicks = await countClicks(secretary)
  await secretary.reload()
  await secretary.getByRole('button', { name: '记一次活动' }).click()
  await secretary.getByText('党员大会', { exact: true }).click()
  const attendance = secretary.locator('.attendance')
  await expect(attendance.getByText('郭红霞', { exact: true })).toBeVisible()
  const expected = await attendance.getByRole('checkbox').count()
  await secretary.getByLabel('日期', { exact: true }).click()
  await secretary.getByLabel('日期', { exact: true }).fill(slot.day)
  await secretary.keyboard.press('Enter')
  await secretary.keyboard.press('Tab')
  await expect(secretary.getByLabel('开始时间')).toBeFocused()
  await secretary.keyboard.type(slot.from.replace(':', ''))
  await secretary.keyboard.press('Tab')
  await expect(secretary.getByLabel('结束时间')).toBeFocused()
  await secretary.keyboard.type(slot.to)
  await secretary.keyboard.press('Tab')
  await expect(secretary.getByLabel('开始时间')).toHaveValue(slot.from)
  await attendance.getByText('邓建国', { exact: true }).click()
  await secretary.getByLabel('邓建国缺席的原因').getByText('病假').click()
  await attendance.getByText('高宁', { exact: true }).click()
  await secretary.getByLabel('高宁缺席的原因').getByText('无故').click()
  await secretary.getByRole('button', { name: '添加决议' }).click()
  await secretary.keyboard.type(decision)
  const title = await secretary.getByLabel('名称', { exact: true }).inputValue()
  expect(title).not.toBe('')
  const closed = secretary.waitForEvent('close')
  await secretary.close({ runBeforeUnload: true })
  await closed

  // The next morning the page offers what was typed.
  const page = await secretary.context().newPage()
  await page.goto('/activities/record')
  await page.getByRole('button', { name: '接着填' }).click()
  await expect(page.getByLabel('第 1 项决议的内容')).toHaveValue(decision)
  await expect(page.getByLabel('日期', { exact: true })).toHaveValue(slot.day)
  await expect(page.getByLabel('开始时间')).toHaveValue(slot.from)
  await expect(page.getByLabel('结束时间')).toHaveValue(slot.to)
  await expect(page.getByLabel('邓建国缺席的原因').getByRole('radio', { name: '病假' })).toBeChecked()
  await expect(page.getByLabel('高宁缺席的原因').getByRole('radio', { name: '无故' })).toBeChecked()
  await page.getByRole('button', { name: '全体赞成' }).click()
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await expect(page.getByText(/已确认，\d+ 条积分记入/)).toBeVisible()
  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}$/)
  expect(clicks(), 'clicks from the desk to the confirmed record').toBeLessThanOrEqual(12)

  // The record says what was typed, and what it did.
  const here = new URL(page.url()).pathname
  const main = page.getByRole('main')
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(main).toContainText(`应到 ${expected} 人，实到 ${expected - 2} 人，缺席 2 人`)
  await expect(main.getByRole('listitem').filter({ hasText: decision })).toContainText(`赞成 ${expected - 2}`)
  await expect(main.getByRole('listitem').filter({ hasText: decision })).toContainText('生效')
  await expect(main).toContainText('病假')
  await expect(main).toContainText('无故')

  // It stands in the list, found by its name.
  await page.goto('/activities')
  await page.getByLabel('名称、地点、内容或人名').fill(title)
  await expect(page).toHaveURL(/q=/)
  await expect(page.locator(`a[href="${here}"]`)).toBeVisible()

  // The one marked absent without a reason had asked for leave: amended, with a reason.
  await page.goto(here)
  await page.getByRole('button', { name: '更正', exact: true }).click()
  const asked = page.getByRole('dialog', { name: '更正这份记录' })
  await asked.getByLabel('原因').fill('高宁当日公务出差，请假条后补')
  await asked.getByRole('button', { name: '开始更正' }).click()
  await page.getByLabel('高宁缺席的原因').getByText('公务').click()
  await page.getByRole('button', { name: '确认更正' }).click()
  await expect(page.getByText(/冲正旧积分 1 条/)).toBeVisible()
  await expect(page).toHaveURL(here)
  const present = main.locator('section').filter({ has: page.getByRole('heading', { name: '出席' }) })
  await expect(present).toContainText('公务')
  await expect(present).not.toContainText('无故')
  await expect(main.locator('section').filter({ has: page.getByRole('heading', { name: '版本' }) })).toContainText('第 2 版')

  // A member who was there finds the line on the phone.
  const member = await as('member', { viewport: phone, isMobile: true, hasTouch: true })
  await member.goto(`/ledger?quarter=${slot.quarter}`)
  const line = member.getByRole('listitem').filter({ has: member.locator(`a[href="${here}"]`) })
  await expect(line).toHaveCount(1)
  await expect(line).toContainText(title)
  await expect(line).toContainText(/参加.*（第.+条.*）/)
  await expect(line).toContainText('萧春梅核实')
  const { items } = await read<Answer<'/api/ledgers/{person}/entries'>>(member, `/api/ledgers/me/entries?quarter=${slot.quarter}&limit=100`)
  const entry = items.find((one) => one.record_id === here.split('/').pop())!
  // Rule 11: where the month's maximum is reached, the line says so.
  await expect(line).toContainText(entry.cut_by ? `实计 ${entry.points / 100} 分` : `+${entry.points / 100}`)
  await expect(line).toContainText(`第 ${entry.voucher} 号`)
  await expect(line).toContainText(`结余 ${entry.balance / 100}`)
  expect(await sideways(member), 'pixels of sideways scrolling').toBe(0)
  await line.getByRole('button', { name: /第 \d+ 号/ }).click()
  await expect(member.getByRole('dialog')).toContainText('与封存时一致')
  await member.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click()

  // On paper: the lines and the places to sign, no menu, no buttons.
  await member.emulateMedia({ media: 'print' })
  await expect(member.getByText('本人签字')).toBeVisible()
  await expect(member.getByRole('button', { name: '打印' })).toBeHidden()
  await expect(member.getByRole('button', { name: '打开菜单' })).toBeHidden()
  await expect(line).toBeVisible()
  expect((await member.screenshot()).length, 'bytes of the printed page').toBeGreaterThan(20_000)
})
