import type { Page } from '@playwright/test'
import { expect, phone, read, sideways, test, unique, type Answer, type Schemas } from './office'

type Candidate = Schemas['Candidate']

const candidates = async (page: Page, id: string, query: string) =>
  (await read<Answer<'/api/selections/{id}/candidates'>>(page, `/api/selections/${id}/candidates?limit=200&${query}`)).items

test('先锋岗: a leader of a group recommends on the phone, committees say their opinion, the office publishes', async ({ as }) => {
  const office = await as('office')
  await office.goto('/selections')
  const running = (await read<Answer<'/api/selections'>>(office, '/api/selections?state=open&limit=50')).items.find((s) => s.kind === 'pioneer_post')!
  const id = running.id

  // A quarter has one of each kind.
  await office.getByRole('button', { name: '发起评选' }).click()
  const opening = office.getByRole('dialog', { name: '发起评选' })
  await opening.getByText('先锋岗', { exact: true }).click()
  await opening.getByRole('button', { name: '发起', exact: true }).click()
  await expect(office.getByText('该季度已发起过这项评选')).toBeVisible()
  await opening.getByRole('button', { name: '取消' }).click()
  await office.getByRole('link', { name: running.title }).click()
  await office.getByRole('button', { name: '重新计算' }).click()
  await expect(office.getByText('已按现在的台账重新计算')).toBeVisible()

  // The leader of the second group finds only their own people, and writes why.
  const reasons = unique('牵头办理三起根治欠薪案件，带教两名新同志。')
  const leader = await as('leader12', { viewport: phone, isMobile: true, hasTouch: true })
  await leader.goto(`/selections/${id}`)
  const roll = leader.getByRole('region', { name: '评选' }).or(leader.locator('.list-table')).last()
  await expect(roll.getByRole('listitem').first()).toBeVisible()
  expect(await sideways(leader), 'pixels of sideways scrolling').toBe(0)
  const [nominee] = (await candidates(leader, id, 'standing=in')).filter((c) => c.may_nominate && !c.proposed && !['李宁', '曹晨'].includes(c.name))
  await roll.getByRole('listitem').filter({ hasText: nominee!.name }).getByRole('button', { name: '推荐' }).tap()
  const words = leader.getByRole('dialog', { name: `推荐${nominee!.name}` })
  await words.getByRole('button', { name: '推荐' }).tap()
  await expect(words).toContainText('请填写推荐理由')
  await words.getByLabel('推荐理由').fill(reasons)
  await words.getByRole('button', { name: '推荐' }).tap()
  await expect(leader.getByText('已推荐。')).toBeVisible()

  // One of the committee writes down what it resolved; for the others through the API.
  const committee = await as('committee1')
  await committee.goto(`/selections/${id}`)
  const stood = committee.getByRole('listitem').filter({ hasText: reasons })
  await stood.getByRole('button', { name: '填写支委会意见' }).click()
  const opinion = committee.getByRole('dialog', { name: '支委会意见' })
  await opinion.getByText('同意', { exact: true }).click()
  await opinion.getByRole('button', { name: '保存意见' }).click()
  await expect(committee.getByText('支委会意见已保存')).toBeVisible()
  for (const login of ['committee1', 'committee2', 'committee3', 'committee4', 'committee5', 'committee6']) {
    const one = await as(login)
    for (const c of (await candidates(one, id, 'proposed=true')).filter((c: Candidate) => c.may_review && !c.opinion)) {
      const put = await one.request.put(`/api/selections/${id}/candidates/${c.id}/opinion`, {
        data: { opinion: 'agree' }, headers: { 'Idempotency-Key': crypto.randomUUID() },
      })
      expect(put.ok(), await put.text()).toBe(true)
    }
    await one.close()
  }

  // Another branch's secretary sees their own people, and no points of others.
  const other = await as('secretary2')
  const theirs = await candidates(other, id, '')
  expect(theirs.length).toBeGreaterThan(0)
  expect(theirs.filter((c) => c.branch !== '第二党支部')).toEqual([])
  expect((await other.request.get(`/api/selections/${id}/candidates/${nominee!.id}`)).status()).toBe(404)
  await other.goto(`/selections/${id}`)
  await expect(other.getByText('只显示您负责范围内的候选')).toBeVisible()
  await expect(other.getByRole('main')).not.toContainText('第一党支部')
  await expect(other.getByRole('main')).not.toContainText(nominee!.name)

  // The office puts it on notice; what the whole office reads has no points of persons.
  await office.reload()
  const recompute = office.getByText('请重新计算后再公示')
  await expect(office.getByRole('button', { name: '公示候选' })).toBeVisible()
  if (await recompute.isVisible()) {
    await office.getByRole('button', { name: '重新计算' }).click()
    await expect(recompute).toBeHidden()
  }
  await office.getByRole('button', { name: '公示候选' }).click()
  await office.getByRole('dialog', { name: '公示候选？' }).getByRole('button', { name: '公示' }).click()
  await expect(office.getByText('已公示。')).toBeVisible()
  await office.getByRole('link', { name: '查看公示' }).click()
  await expect(office.getByRole('row').filter({ hasText: nominee!.name })).toContainText(reasons)
  await expect(office.getByRole('columnheader', { name: /积分|合计/ })).toHaveCount(0)
})

test('流动红旗: every average opens to its sum and its people', async ({ as }) => {
  const chief = await as('chief')
  const { items } = await read<Answer<'/api/selections'>>(chief, '/api/selections?kind=pennant&limit=50')
  const id = items[0]!.id
  const [group] = (await candidates(chief, id, '')).filter((c) => c.headcount)
  await chief.goto(`/selections/${id}`)
  const board = chief.getByRole('region', { name: '计算表' })
  await board.getByRole('button', { name: `${group!.branch}${group!.name}` }).click()
  const drawer = chief.getByRole('dialog')
  await expect(drawer).toContainText(`÷ ${group!.headcount} 人`)
  const { members } = await read<Schemas['CandidateDetail']>(chief, `/api/selections/${id}/candidates/${group!.id}`)
  const now = members!.reduce((sum, m) => sum + (m.points ?? 0), 0)
  if (now !== group!.points) await expect(drawer).toContainText('现在的台账合计与计算时')
  await drawer.getByRole('link', { name: members![0]!.name, exact: true }).click()
  await expect(chief.getByRole('heading', { level: 1 })).toContainText(members![0]!.name)
})

test('a certificate prints as one sheet across', async ({ as }) => {
  const member = await as('member')
  await member.goto('/honours?kind=pioneer_post')
  await member.getByRole('region', { name: '荣誉' }).getByRole('link').first().click()
  const sheet = member.getByRole('article')
  await expect(sheet).toContainText('荣誉证书')
  await expect(sheet).toContainText(/证书编号：先锋岗-\d{4}Q\d-\d{4}/)
  const pdf = await member.pdf({ preferCSSPageSize: true })
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g), 'pages').toHaveLength(1)
  await member.emulateMedia({ media: 'print' })
  await expect(sheet).toBeVisible()
  await expect(member.getByRole('button', { name: '打印证书' })).toBeHidden()
  await expect(member.getByRole('navigation', { name: '主菜单' })).toBeHidden()
})
