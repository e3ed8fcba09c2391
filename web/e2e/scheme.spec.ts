import { expect, read, test, today, unique, type Answer, type Schemas } from './office'

/** The first day of the next quarter. */
function nextQuarter(): string {
  const [year = 0, month = 0] = today().split('-').map(Number)
  const next = Math.ceil(month / 3) * 3 + 1
  return next > 12 ? `${year + 1}-01-01` : `${year}-${String(next).padStart(2, '0')}-01`
}

test('a draft is edited, compared, tried, published by the leader, and read by a member', async ({ as }) => {
  const office = await as('office')
  await office.goto('/schemes')
  const draft = office.getByRole('listitem').filter({ hasText: '版草案' }).first()
  const address = (await draft.getByRole('link').first().getAttribute('href'))!
  const id = address.split('/').pop()!
  const member = await as('member')
  await member.goto(address)
  await expect(member.getByRole('main')).toContainText('没有找到')

  const note = unique('集中学习的分值调低，志愿服务的分值调高。')
  await draft.getByRole('link', { name: '修改' }).click()
  await office.getByLabel('修订说明').fill(note)
  await office.getByLabel('施行日期', { exact: true }).fill(nextQuarter())
  await office.keyboard.press('Enter')
  await office.getByRole('button', { name: '修改：参加集中学习' }).click()
  const rule = office.getByRole('dialog', { name: '修改条款' })
  await rule.getByLabel('分值', { exact: true }).fill('0.25')
  await expect(rule).toContainText('党员将读到：每次 +0.25 分')
  await rule.getByRole('button', { name: '确定' }).click()
  await office.keyboard.press('Control+s')
  await expect(office.getByText('草案已保存')).toBeVisible()

  await office.goto(`${address}/compare`)
  const main = office.getByRole('main')
  await expect(main).toContainText('参加集中学习')
  await expect(main).toContainText(/→\s*0\.25 分/)
  await office.getByRole('link', { name: '试算' }).click()
  await expect(main.getByRole('status').first()).toContainText(/会使 \d+ 人的分数变化/)
  const quarter = new URL(office.url()).searchParams.get('quarter')
  const trial = await read<Schemas['Trial']>(office, `/api/schemes/${id}/trial?limit=200${quarter ? `&quarter=${quarter}` : `&quarter=${(await read<Answer<'/api/quarters'>>(office, '/api/quarters')).items[1]!.quarter}`}`)
  await expect(main.getByRole('status').first()).toContainText(`会使 ${trial.moved} 人的分数变化`)
  expect(trial.moved).toBeGreaterThan(0)
  await expect(office.getByRole('button', { name: '发布' })).toHaveCount(0)

  const chief = await as('chief')
  await chief.goto(address)
  await chief.getByRole('button', { name: '发布', exact: true }).click()
  const asking = chief.getByRole('dialog', { name: /发布第 \d+ 版/ })
  await expect(asking).toContainText('会使')
  await expect(asking.getByRole('button', { name: '发布' })).toBeDisabled()
  await asking.getByText('已看过条款、比较和试算').click()
  await asking.getByRole('button', { name: '发布' }).click()
  await expect(chief.getByText(/^已发布/)).toBeVisible()
  await expect(chief.getByRole('button', { name: '发布', exact: true })).toHaveCount(0)

  // Frozen, and everybody's to read and print.
  await office.goto(`${address}/edit`)
  await expect(main).toContainText('已经发布，不能再改')
  await member.goto(address)
  await expect(member.getByRole('main')).toContainText(note)
  await expect(member.getByRole('row').filter({ hasText: '参加集中学习' })).toContainText('0.25')
  await member.emulateMedia({ media: 'print' })
  await expect(member.getByRole('row').filter({ hasText: '参加集中学习' })).toBeVisible()
  await expect(member.getByRole('navigation', { name: '主菜单' })).toBeHidden()
  await expect(member.getByRole('button', { name: '打印' })).toBeHidden()
})
