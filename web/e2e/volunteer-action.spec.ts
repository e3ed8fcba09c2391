import type { Page } from '@playwright/test'
import { dayAfter, expect, me, phone, read, test, today, unique, type Answer, type Schemas } from './office'
import { endAction } from './office-clock'

type Detail = Schemas['ActionDetail']
const detail = (page: Page, id: string) => read<Detail>(page, `/api/volunteer-actions/${id}`)
const minutesOf = async (page: Page) => (await read<Answer<'/api/volunteer-hours/{person}'>>(page, `/api/volunteer-hours/${(await me(page)).person.id}`)).minutes

/** Publishes an action of the first branch through the dialog; answers its id. */
async function publish(page: Page, title: string, places: string): Promise<string> {
  await page.goto('/volunteer-actions')
  await page.getByRole('button', { name: '发布活动' }).click()
  const dialog = page.getByRole('dialog', { name: '发布志愿服务活动' })
  await dialog.getByRole('button', { name: '发布', exact: true }).click()
  await expect(dialog.getByText('请填写活动名称')).toBeVisible()
  await dialog.getByLabel('活动名称').fill(title)
  await dialog.getByRole('combobox', { name: '组织者' }).click()
  await page.getByRole('option', { name: '第一党支部', exact: true }).click()
  await dialog.getByLabel('日期', { exact: true }).fill(dayAfter(today(), 2))
  await dialog.getByLabel('日期', { exact: true }).press('Enter')
  await dialog.getByLabel('开始', { exact: true }).fill('９点')
  await dialog.getByLabel('结束', { exact: true }).fill('1130')
  await dialog.getByLabel('地点').fill('滨河社区广场')
  await dialog.getByLabel('服务对象').fill('社区居民')
  await dialog.getByLabel('名额').fill(places)
  await dialog.getByRole('button', { name: '发布', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  return page.url().split('/').at(-1)!
}

test('an action: published, on paper, full, waiting, a place comes free, recorded once', async ({ as }) => {
  const [office, member, secretary, elsewhere] = [await as('office'), await as('member', { viewport: phone }), await as('secretary1'), await as('secretary3')]
  const title = unique('普法宣传')
  const id = await publish(office, title, '1')
  const code = (await detail(office, id)).code ?? ''

  // The sheet for the wall: the code and, below it, the address to type.
  await office.getByRole('button', { name: '报名海报' }).click()
  const poster = office.getByRole('article', { name: `${title}报名海报` })
  await expect(poster).toContainText(`/v/${code}`)
  await expect(poster.getByRole('img', { name: /二维码/ })).toBeVisible()

  // On a phone, by the code's address, over plain HTTP.
  await member.goto(`/v/${code}`)
  await expect(member.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await member.getByRole('button', { name: '报名', exact: true }).click()
  await expect(member.getByText('已报名', { exact: true })).toBeVisible()

  // It is the first branch's own.
  await elsewhere.goto(`/v/${code}`)
  await expect(elsewhere.getByText('没有这个活动')).toBeVisible()

  // The next one waits, and moves up when the first withdraws.
  await secretary.goto(`/v/${code.toUpperCase()}`)
  await secretary.getByRole('button', { name: '报名', exact: true }).click()
  await expect(secretary.getByText('候补第 1 位', { exact: true })).toBeVisible()
  await member.getByRole('button', { name: '取消报名' }).click()
  await member.getByRole('dialog').getByRole('button', { name: '取消报名' }).click()
  await expect(member.getByRole('button', { name: '报名', exact: true })).toBeVisible()
  await secretary.reload()
  await expect(secretary.getByText('已报名', { exact: true })).toBeVisible()
  expect((await detail(office, id)).signups).toHaveLength(1)

  // Too early to record.
  await office.goto(`/volunteer-actions/${id}/record`)
  await expect(office.getByText('活动还没有开始')).toBeVisible()
  await endAction(id)

  // Who came: the one with the place, the member who came unasked and left early, one of a partner unit.
  const before = await minutesOf(member)
  await office.reload()
  const bar = office.getByRole('region', { name: '保存' })
  await expect(bar).toContainText('到场 1 人')
  const name = (await me(member)).person.name
  await office.getByRole('combobox', { name: '加入人员' }).fill(name)
  await office.getByRole('option').filter({ hasText: name }).first().click()
  await office.getByLabel(`${name}的服务分钟数`).fill('60')
  await office.getByRole('button', { name: '＋ 共建单位人员' }).click()
  await office.getByLabel('第 1 位姓名').fill('乔思远')
  await bar.getByRole('button', { name: '确认登记' }).click()
  await expect(office.getByText('请填写每位的姓名和单位')).toBeVisible()
  await office.getByLabel('第 1 位单位').fill('滨河街道办事处')
  await bar.getByRole('button', { name: '确认登记' }).click()
  const overlap = office.getByLabel('时间冲突的说明')
  const recorded = office.waitForURL(/\/activities\/[0-9a-f-]{36}$/)
  await Promise.race([recorded, overlap.waitFor({ state: 'visible' })])
  if (await overlap.isVisible()) {
    await overlap.fill('同一时段的另一项活动提前结束')
    await bar.getByRole('button', { name: '确认登记' }).click()
  }
  await recorded

  // One record: the member's hours grew by it, and the action leads to it.
  expect(await minutesOf(member)).toBe(before + 60)
  const done = await detail(office, id)
  expect(done.state).toBe('recorded')
  expect(office.url()).toContain(done.record_id)
  await member.goto('/my-hours')
  await expect(member.getByRole('link', { name: title })).toHaveCount(1)
  await office.goto(`/volunteer-actions/${id}/record`)
  await expect(office.getByText('这次活动已经登记')).toBeVisible()
})

test('a cancelled action says why, and takes nobody any more', async ({ as }) => {
  const [office, member] = [await as('office'), await as('member')]
  const title = unique('清洁家园')
  const id = await publish(office, title, '')
  await member.goto(`/volunteer-actions/${id}`)
  await member.getByRole('button', { name: '报名', exact: true }).click()
  await expect(member.getByText('已报名', { exact: true })).toBeVisible()

  await office.reload()
  await office.getByRole('button', { name: '取消活动' }).click()
  const dialog = office.getByRole('dialog')
  await dialog.getByRole('textbox').fill('当天有暴雨预警')
  await dialog.getByRole('button', { name: '取消活动' }).click()
  await expect(office.getByText('活动已取消：当天有暴雨预警')).toBeVisible()

  await member.reload()
  await expect(member.getByText('活动已取消：当天有暴雨预警')).toBeVisible()
  await expect(member.getByRole('button', { name: /报名/ })).toHaveCount(0)
})

test('an address that stands for no action says so', async ({ as }) => {
  const member = await as('member')
  await member.goto('/v/zzzzzzzzzz')
  await expect(member.getByText('没有这个活动')).toBeVisible()
})
