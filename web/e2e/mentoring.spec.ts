import type { Page } from '@playwright/test'
import { dayAfter, expect, me, phone, read, test, today, unique, type Answer, type Schemas } from './office'

type Pairing = Answer<'/api/pairings'>['items'][number]
const pairingsOf = async (page: Page, name: string) =>
  (await read<Answer<'/api/pairings'>>(page, `/api/pairings?limit=50&q=${encodeURIComponent(name)}`)).items
/** A picker of people: what is typed, then the first that matches. */
async function pick(page: Page, within: ReturnType<Page['getByRole']>, label: string, name: string): Promise<void> {
  await within.getByRole('combobox', { name: label }).fill(name)
  await page.getByRole('option').filter({ hasText: name }).first().click()
}

test('a pair: wished for, proposed with reasons, decided by a person, its agreement printed', async ({ as }) => {
  const office = await as('office')
  const young = (await me(await as('leader11'))).person.name
  const now = (await pairingsOf(office, young)).find((p) => p.mentee_name === young) as Pairing
  const from = dayAfter(now.to, 1)

  // A wish becomes a lock that the proposal keeps.
  await office.goto('/mentors?tab=wishes')
  await office.getByRole('tab', { name: '意向与回避' }).click()
  await office.getByRole('button', { name: '登记', exact: true }).click()
  const wish = office.getByRole('dialog', { name: '登记意向或回避' })
  await pick(office, wish, '学员', young)
  await pick(office, wish, '导师', now.political.name)
  await wish.getByRole('button', { name: '登记' }).click()
  await expect(wish).toHaveCount(0)
  await expect(office.getByRole('row').filter({ hasText: young }).filter({ hasText: now.political.name })).toBeVisible()

  await office.goto('/mentoring-proposals')
  await office.locator('#proposal-from').fill(from)
  await office.locator('#proposal-from').press('Enter')
  await pick(office, office.getByRole('region', { name: '为谁、从哪天起' }), '学员', young)
  await office.keyboard.press('Escape')
  await office.getByRole('button', { name: '提出建议' }).click()
  const row = office.getByRole('article', { name: young })
  await expect(row).toContainText('锁定')
  await expect(row).toContainText(now.political.name)
  await expect(row.locator('.why').first()).not.toBeEmpty()
  expect(await pairingsOf(office, young), 'a proposal decides nothing').toHaveLength(1)
  await office.getByRole('button', { name: '确定 1 个结对' }).click()
  await office.getByRole('dialog', { name: '确定 1 个结对？' }).getByRole('button', { name: '确定结对' }).click()
  await expect(office.getByText('已确定 1 个结对')).toBeVisible()
  const made = (await pairingsOf(office, young)).find((p) => p.from === from) as Pairing
  expect([made.state, made.political.name]).toEqual(['upcoming', now.political.name])

  await office.goto(`/pairings/${made.id}/agreement`)
  const paper = office.getByRole('article')
  for (const text of [made.number, young, made.political.name, made.professional.name, '学员（签字）']) await expect(paper).toContainText(text)
})

test('the year of a pair: a log that the other one confirms, a plan that all three agree to, an assessment, another mentor', async ({ as }) => {
  const [mentee, mentor, other, office] = [await as('member', { viewport: phone }), await as('secretary1', { viewport: phone }), await as('committee1'), await as('office')]
  const stranger = await as('leader31')
  const { items } = await read<Answer<'/api/pairings'>>(office, `/api/pairings?state=current&q=${encodeURIComponent((await me(mentee)).person.name)}`)
  const pairing = items[0] as Pairing

  // One of them writes it down, the other one says that it is so.
  const what = unique('评析一份起诉书')
  await mentee.goto(`/pairings/${pairing.id}?tab=logs`)
  await mentee.getByRole('button', { name: '记一次活动' }).click()
  const log = mentee.getByRole('dialog', { name: '记一次活动' })
  await log.getByText(`${pairing.political.name}（政治导师）`).click()
  if (await log.getByText('谈心', { exact: false }).first().isVisible()) await log.getByText('谈心', { exact: false }).first().click()
  await log.getByText('60', { exact: true }).click()
  await log.getByLabel('做了什么').fill(what)
  await log.getByRole('button', { name: '记下，请对方确认' }).click()
  await expect(mentee.getByRole('listitem').filter({ hasText: what })).toContainText('待')
  await mentor.goto('/')
  await mentor.getByRole('link', { name: /确认带教活动/ }).click()
  await mentor.goto(`/pairings/${pairing.id}?tab=logs`)
  const line = mentor.getByRole('listitem').filter({ hasText: what })
  await line.getByRole('button', { name: '属实，确认' }).click()
  await expect(line).toContainText('已确认')

  // Whoever is none of them finds nothing at the address.
  await stranger.goto(`/pairings/${pairing.id}?tab=logs`)
  await expect(stranger.getByText(what)).toHaveCount(0)
  expect((await stranger.request.get(`/api/pairings/${pairing.id}/logs`)).status()).toBe(404)

  // The plan of the coming year, in one wording for all three.
  const year = Number(today().slice(0, 4)) + 1
  await mentee.goto(`/pairings/${pairing.id}?tab=plans`)
  await mentee.getByRole('button', { name: `制定 ${year} 年计划` }).click()
  const plan = mentee.getByRole('dialog', { name: `${year} 年成长计划` })
  await plan.getByLabel('成长目标').fill('独立办理三件普通刑事案件')
  await plan.getByPlaceholder('做什么').first().fill('讲评一份起诉书')
  await plan.getByRole('button', { name: '保存并同意' }).click()
  for (const page of [mentor, other]) {
    await page.goto(`/pairings/${pairing.id}?tab=plans`)
    await page.getByRole('region', { name: `${year}年成长计划` }).getByRole('button', { name: '同意这份计划' }).click()
    await expect(page.getByRole('region', { name: `${year}年成长计划` }).getByRole('button', { name: '同意这份计划' })).toHaveCount(0)
  }
  await office.goto(`/growth-plans?year=${year}`)
  await expect(office.getByRole('row').filter({ hasText: pairing.mentee_name })).toContainText('待公示')

  // What the political mentor says of the half year.
  await mentor.goto(`/pairings/${pairing.id}?tab=assessments`)
  await mentor.getByRole('button', { name: /填写评价|修改我的评价/ }).last().click()
  const assess = mentor.getByRole('dialog')
  await assess.getByRole('radiogroup', { name: '等次' }).getByText('良', { exact: false }).first().click()
  if (await assess.getByLabel('年终分（百分制）').isVisible()) await assess.getByLabel('年终分（百分制）').fill('88')
  const remark = unique('办案更细')
  await assess.getByLabel('评价意见').fill(remark)
  await assess.getByRole('button', { name: '保存' }).click()
  await expect(mentor.getByText(remark)).toBeVisible()
  await mentee.goto(`/pairings/${pairing.id}?tab=assessments`)
  await expect(mentee.getByText(remark)).toBeVisible()

  // Another mentor; the former one stays in the history.
  await office.goto(`/pairings/${pairing.id}`)
  await office.getByRole('button', { name: '更换业务导师' }).click()
  const change = office.getByRole('dialog', { name: '更换业务导师' })
  await change.getByRole('button', { name: '更换' }).click()
  await expect(change.getByText('请选择新导师')).toBeVisible()
  await change.getByRole('combobox', { name: '新导师' }).click()
  await office.getByRole('option').first().click()
  await change.getByLabel('从哪天起').fill(dayAfter(today(), 1))
  await change.getByLabel('从哪天起').press('Enter')
  await change.getByLabel('更换原因').fill('分工调整')
  await change.getByRole('button', { name: '更换' }).click()
  const history = office.getByRole('region', { name: '业务导师' })
  await expect(history).toContainText('更换原因：分工调整')
  await expect(history).toContainText(pairing.professional.name)
  const terms = (await read<Schemas['PairingDetail']>(office, `/api/pairings/${pairing.id}`)).terms.filter((t) => t.role === 'professional')
  expect(terms.length).toBeGreaterThan(1)

  // The workbook of the pairs, as the leaders read it.
  await office.goto('/reports/mentor-pairs')
  await expect(office.getByRole('main').getByText(pairing.mentee_name).first()).toBeVisible()
})
