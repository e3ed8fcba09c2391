import type { Page } from '@playwright/test'
import { freeSlot } from './meeting'
import { demoPassword, expect, me, read, test, unique, write, type Answer, type Schemas } from './office'

const named = (page: Page, title: string) =>
  read<Answer<'/api/activities'>>(page, `/api/activities?${new URLSearchParams({ q: title, limit: '10' })}`)

/** Opens the record form and fills it in up to the point of confirming. */
async function fillIn(page: Page, title: string): Promise<void> {
  const slot = await freeSlot(page)
  await page.goto('/activities/record')
  await page.getByText('党员大会', { exact: true }).click()
  await expect(page.locator('.attendance').getByText('郭红霞', { exact: true })).toBeVisible()
  await page.getByLabel('日期', { exact: true }).fill(slot.day)
  await page.keyboard.press('Enter')
  await page.getByLabel('开始时间').fill(slot.from)
  await page.getByLabel('结束时间').fill(slot.to)
  await page.keyboard.press('Tab')
  await page.getByLabel('名称', { exact: true }).fill(title)
}

test('two tabs with one draft: the second one to save is told, and nothing is overwritten', async ({ as }) => {
  const first = await as('secretary1')
  const { branch_id: branch } = await me(first)
  const slot = await freeSlot(first)
  const draft = await write<Schemas['Saved']>(first, '/api/activities', {
    kind: 'branch_meeting', title: unique('两处填写的草稿'), organiser: { kind: 'branch', id: branch },
    starts_at: `${slot.day}T${slot.from}:00+08:00`, ends_at: `${slot.day}T${slot.to}:00+08:00`,
    place: '', agenda: '', content: '', outside_guests: '', election: false, overlap_answer: '', attendance: [], resolutions: [], confirm: false,
  })
  const second = await first.context().newPage()
  for (const tab of [first, second]) {
    await tab.goto(`/activities/record?id=${draft.id}`)
    await expect(tab.locator('.attendance').getByText('郭红霞', { exact: true })).toBeVisible()
  }
  await first.getByLabel('地点').fill('三楼会议室')
  await first.getByRole('button', { name: '保存草稿' }).click()
  await expect(first.getByText('草稿已保存')).toBeVisible()
  await second.getByLabel('地点').fill('五楼会议室')
  await second.getByRole('button', { name: '保存草稿' }).click()
  await expect(second.getByText(/刚被别人修改/)).toBeVisible()
  await expect(second.getByLabel('地点'), 'what was typed is not lost').toHaveValue('五楼会议室')
  const stored = await read<Answer<'/api/activities/{id}'>>(first, `/api/activities/${draft.id}`)
  expect(stored.place).toBe('三楼会议室')
  expect((await first.request.delete(`/api/activities/${draft.id}?row_version=${stored.row_version}`)).ok()).toBe(true)
})

test('confirm pressed twice makes one record', async ({ as }) => {
  const page = await as('secretary1')
  const title = unique('连点两次确认的党员大会')
  await fillIn(page, title)
  await page.getByRole('button', { name: '确认', exact: true }).dblclick()
  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}$/)
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  expect((await named(page, title)).items).toHaveLength(1)
})

test('a session that ends while the form is filled in takes nothing with it', async ({ as }) => {
  const page = await as('secretary1')
  const title = unique('登录过期时的党员大会')
  await fillIn(page, title)
  await page.context().clearCookies()
  await page.getByLabel('内容').fill(`${title}的内容`)
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await expect(page.getByText('登录已过期，请重新登录')).toBeVisible()
  await page.getByLabel('登录名').fill('secretary1')
  await page.getByLabel('密码').fill(demoPassword)
  await page.getByRole('button', { name: '登录' }).click()

  // Back on the form, with the last words.
  await expect(page).toHaveURL(/\/activities\/record/)
  await page.getByRole('button', { name: '接着填' }).click()
  await expect(page.getByLabel('名称', { exact: true })).toHaveValue(title)
  await expect(page.getByLabel('内容')).toHaveValue(`${title}的内容`)
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  expect((await named(page, title)).items).toHaveLength(1)
})
