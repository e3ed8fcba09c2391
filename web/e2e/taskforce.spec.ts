import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { scan } from './claims'
import { expect, me, read, test, today, unique, write, type Answer, type Schemas } from './office'
import { unzip } from './workbook'

type Detail = Schemas['TaskforceDetail']

test('an action branch from the proposal to the archive, whose sums hold', async ({ as }) => {
  const [secretary, office, chief, member] = [await as('secretary1'), await as('office'), await as('chief'), await as('member')]
  const name = `${unique('守正')}行动党支部`
  const person = (await me(member)).person

  // Proposed by a branch, approved by somebody else, with the number of the paper.
  await secretary.goto('/taskforces')
  await secretary.getByRole('button', { name: '提议成立' }).first().click()
  const propose = secretary.getByRole('dialog', { name: '提议成立' })
  await propose.getByRole('button', { name: '提交审批' }).click()
  await expect(propose.getByText('请填写名称')).toBeVisible()
  await propose.getByLabel('名称').fill(name)
  await propose.getByLabel('任务', { exact: true }).fill('护航重点项目建设')
  await propose.getByLabel('成立日期').fill(today())
  await propose.getByLabel('成立日期').press('Enter')
  await propose.getByRole('button', { name: '提交审批' }).click()
  await secretary.waitForURL(/\/taskforces\/[0-9a-f-]{36}/)
  const id = /taskforces\/([0-9a-f-]{36})/.exec(secretary.url())![1]!
  const detail = () => read<Detail>(office, `/api/taskforces/${id}`)
  await expect(secretary.getByRole('button', { name: '批准', exact: true })).toHaveCount(0)

  await chief.goto(`/taskforces/${id}`)
  await chief.getByRole('button', { name: '批准', exact: true }).click()
  const approve = chief.getByRole('dialog', { name: `批准成立“${name}”` })
  await approve.getByRole('button', { name: '批准' }).click()
  await expect(approve.getByText('请填写批准文号')).toBeVisible()
  await approve.getByLabel('批准文号').fill('滨检机党〔2026〕88号')
  if (!(await approve.getByLabel('批准日期').inputValue())) {
    await approve.getByLabel('批准日期').fill(today())
    await approve.getByLabel('批准日期').press('Enter')
  }
  await approve.getByRole('button', { name: '批准' }).click()
  await expect(chief.getByText(/滨检机党〔2026〕88号/).first()).toBeVisible()

  // Three are seconded, as a branch needs: who leads it, and two members.
  await office.goto(`/taskforces/${id}?tab=people`)
  await office.getByRole('button', { name: '抽调人员' }).click()
  const staff = office.getByRole('dialog', { name: '抽调人员' })
  const head = (await me(secretary)).person.name
  const third = (await me(await as('committee2'))).person.name
  const people = [head, person.name, third]
  for (const one of people) {
    await staff.getByRole('combobox', { name: '人员' }).fill(one)
    await office.getByRole('option').filter({ hasText: one }).first().click()
  }
  await office.keyboard.press('Escape')
  await staff.locator('.el-select__wrapper').filter({ has: office.getByRole('combobox', { name: `${head}的职务` }) }).click()
  await office.getByRole('option', { name: '书记', exact: true }).click()
  await staff.getByLabel('起始日期').fill(today())
  await staff.getByLabel('起始日期').press('Enter')
  await staff.getByRole('button', { name: '抽调', exact: true }).click()
  await expect(staff).toHaveCount(0)
  expect((await detail()).staff.map((s) => s.name).sort()).toEqual([...people].sort())
  await office.getByRole('button', { name: '启动' }).click()
  await office.getByRole('dialog', { name: `启动“${name}”？` }).getByRole('button', { name: '启动' }).click()
  await expect.poll(async () => (await detail()).taskforce.state).toBe('active')

  // A task: given by who leads it, moved by its owner.
  await secretary.goto(`/taskforces/${id}?tab=tasks`)
  await secretary.getByRole('button', { name: '分派任务' }).click()
  const task = secretary.getByRole('dialog', { name: '分派任务' })
  await task.getByLabel('任务', { exact: true }).fill('走访重点企业')
  await task.getByRole('combobox', { name: '负责人' }).click()
  await secretary.getByRole('option').filter({ hasText: person.name }).click()
  await task.getByLabel('哪天以前办好').fill(today())
  await task.getByLabel('哪天以前办好').press('Enter')
  await task.getByRole('button', { name: '分派' }).click()
  await expect(task).toHaveCount(0)
  await member.goto('/')
  await expect(member.getByRole('region', { name: '我的任务' })).toContainText('走访重点企业')
  await member.goto(`/taskforces/${id}?tab=tasks`)
  await member.getByRole('button', { name: '移动“走访重点企业”' }).click()
  await member.getByRole('menuitem', { name: '已完成' }).click()
  const noting = member.getByRole('dialog')
  await noting.or(member.getByRole('region', { name: '已完成' }).getByText('走访重点企业')).first().waitFor()
  if (await noting.isVisible()) {
    await noting.getByRole('textbox').fill('走访十二家，汇总需求三十条')
    await noting.getByRole('button').last().click()
  }
  await expect(member.getByRole('region', { name: '已完成' })).toContainText('走访重点企业')

  // An activity under its name, and an outcome with its evidence.
  const now = Date.now()
  await write(secretary, '/api/activities', {
    kind: 'volunteering', title: `${name}走访`, starts_at: new Date(now - 7_200_000).toISOString(), ends_at: new Date(now - 3_600_000).toISOString(), place: '科技园', organiser: { kind: 'project', id },
    served: '企业', content: '走访并答疑。', recorder_id: (await me(secretary)).person.id, overlap_answer: '不冲突', confirm: true, attendance: [{ person_id: person.id, status: 'present', minutes: 60 }],
  })
  await secretary.goto(`/taskforces/${id}?tab=outcomes`)
  await secretary.getByRole('button', { name: '登记成果' }).click()
  const outcome = secretary.getByRole('dialog', { name: '登记成果' })
  await outcome.getByRole('combobox', { name: '种类' }).click()
  await secretary.getByRole('option').first().click()
  await outcome.getByLabel('成果名称').fill('护航意见')
  await outcome.getByLabel('数量', { exact: true }).fill('2')
  await outcome.getByRole('button', { name: '登记', exact: true }).click()
  await expect(outcome).toHaveCount(0)
  await secretary.getByLabel('上传佐证').first().setInputFiles({ ...scan, name: '会签页.png' })
  await expect(secretary.getByText('会签页.png').first()).toBeVisible()
  await secretary.goto(`/taskforces/${id}?tab=timeline`)
  await expect(secretary.getByText(`${name}走访`).first()).toBeVisible()

  // Concluded, appraised, archived.
  await secretary.goto(`/taskforces/${id}?tab=conclusion`)
  await secretary.getByLabel('工作总结').fill('任务完成，形成长效机制。')
  await secretary.getByRole('button', { name: '办理结项' }).click()
  await secretary.getByRole('dialog').getByRole('button', { name: '结项' }).click()
  await expect.poll(async () => (await detail()).taskforce.state).toBe('concluded')
  await office.goto(`/taskforces/${id}?tab=conclusion`)
  for (const one of people) {
    await office.getByRole('radiogroup', { name: `${one}的等次` }).getByText('优秀').click()
    await office.getByLabel(`${one}的鉴定意见`).fill('积极主动，表现突出。')
  }
  await office.getByRole('button', { name: '提交已填的 3 份鉴定' }).click()
  await office.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await expect(office.getByText('已写 3 / 3')).toBeVisible()
  await office.goto(`/taskforces/${id}?tab=archive`)
  await office.getByRole('button', { name: '归档', exact: true }).click()
  await office.getByRole('dialog').getByRole('button', { name: '归档' }).click()
  const [bundle] = await Promise.all([office.waitForEvent('download'), office.getByRole('button', { name: '下载档案包' }).click()])

  // The sums name every file of the bundle, and each has its sum.
  const parts = unzip(await readFile(await bundle.path()))
  const sums = new Map(parts.get('SHA256SUMS')!.toString().trim().split('\n').map((line) => [line.slice(66), line.slice(0, 64)] as const))
  expect([...sums.keys()].sort()).toEqual([...parts.keys()].filter((path) => path !== 'SHA256SUMS').sort())
  for (const [path, sum] of sums) expect(createHash('sha256').update(parts.get(path)!).digest('hex'), path).toBe(sum)
  expect([...parts.keys()].join('\n')).toMatch(/\.xlsx/)
  expect([...parts.keys()].join('\n')).toContain('会签页')

  // The home branch receives the appraisal; the member claims by it.
  await secretary.goto(`/appraisals?q=${encodeURIComponent(name)}`)
  const received = secretary.getByRole('listitem').filter({ hasText: person.name })
  await received.getByRole('button', { name: '接收' }).click()
  await expect(received).toContainText(`${head} `)
  await member.goto(`/appraisals?q=${encodeURIComponent(name)}`)
  await member.getByRole('listitem').filter({ hasText: name }).getByRole('link', { name: '申报加分' }).click()
  await expect(member).toHaveURL(/source=appraisal/)
  await expect(member.locator('.claim-form')).toContainText('积极主动，表现突出。')

  // Who is over with it sees it no more on their desk, and strangers never did.
  const elsewhere = await as('leader31')
  expect((await elsewhere.request.get(`/api/taskforces/${id}/bundle.zip`)).status()).toBeGreaterThanOrEqual(403)
  const mine = await read<Answer<'/api/desk'>>(member, '/api/desk')
  expect(mine.work.items.filter((w) => w.taskforce_id === id)).toEqual([])
})
