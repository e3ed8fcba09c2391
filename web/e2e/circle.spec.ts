import { readFile } from 'node:fs/promises'
import { fileClaim, scan } from './claims'
import { recordCommittee } from './meeting'
import { endNotice } from './office-clock'
import { expect, me, phone, read, sideways, test, today, unique, type Answer, type Schemas } from './office'

const claimOf = (id: string) => `/api/claims/${id}`
const points = (hundredths: number) => String(hundredths / 100)

test('the whole circle with five people: claimed, verified, on notice, objected to, decided, posted, opened', async ({ as }) => {
  test.setTimeout(240_000) // the job that posts looks once a minute
  const matter = unique('获全区平安建设先进个人')

  // A member claims on the phone; what it will come to is said before.
  const member = await as('member', { viewport: phone, isMobile: true, hasTouch: true })
  const { person } = await me(member)
  await member.goto('/ledger')
  await member.getByRole('button', { name: '申报加分' }).tap()
  const form = member.locator('.claim-form')
  await form.getByRole('combobox', { name: '依据条款' }).tap()
  await member.getByRole('option', { name: '获区级表彰' }).tap()
  await expect(form).toContainText('每年最多 4 分；须附证明材料')
  const asked = new URLSearchParams({ person_id: person.id, rule_code: 'honour_district', fact_on: today() })
  const promised = await read<Schemas['ClaimPreview']>(member, `/api/claims/preview?${asked}`)
  await expect(form).toContainText(`现在入账可得 ${points(promised.granted)} 分`)
  await form.getByLabel('荣誉全称').fill(matter)
  await form.getByLabel('事项', { exact: true }).fill(matter)
  await form.getByLabel('选择证明材料').setInputFiles(scan)
  await expect(form.getByRole('button', { name: scan.name, exact: true })).toBeVisible()
  expect(await sideways(member), 'pixels of sideways scrolling').toBe(0)
  await form.getByRole('button', { name: '提交申报' }).tap()
  await expect(member).toHaveURL(/\/claims\/[0-9a-f-]{36}$/)
  await expect(member.getByRole('main')).toContainText('待核实')
  const id = member.url().split('/').pop()!

  // The secretary verifies it, but not what is their own.
  const secretary = await as('secretary1')
  const own = await fileClaim(secretary, unique('书记本人的表彰'))
  const refused = await secretary.request.post('/api/claims/verify', {
    data: { items: [{ id: own.id, version: own.version }] }, headers: { 'Idempotency-Key': crypto.randomUUID() },
  })
  expect(refused.ok()).toBe(false)
  expect(await refused.text()).toMatch(/本人/)
  await secretary.goto('/')
  await secretary.getByRole('link', { name: /^核实申报/ }).click()
  const list = secretary.getByRole('region', { name: '积分申报' })
  const mine = list.getByRole('row').filter({ hasText: '书记本人的表彰' }).first()
  await expect(mine.getByRole('checkbox')).toBeDisabled()
  const row = list.getByRole('row').filter({ hasText: matter })
  await row.locator('.el-checkbox').click()
  await list.getByRole('button', { name: '核实所选（1）' }).click()
  await expect(secretary.getByText('已核实 1 项')).toBeVisible()
  await list.getByRole('radiogroup', { name: '状态' }).getByText('待公示').click()
  await row.locator('.el-checkbox').click()
  await list.getByRole('button', { name: '发起公示（1）' }).click()
  const publishing = secretary.getByRole('dialog', { name: '发起公示' })
  await expect(publishing).toContainText(matter)
  await publishing.getByRole('button', { name: '公示 1 项' }).click()
  await expect(secretary.getByText(/已公示 1 项/)).toBeVisible()
  const { notice_id: notice } = await read<Schemas['ClaimDetail']>(secretary, claimOf(id))

  // Somebody else of the branch objects, and is seen only by those who decide.
  const colleague = await as('leader12')
  const objection = unique('该表彰由两名同志共同获得')
  await colleague.goto(`/notices/${notice}`)
  await colleague.getByRole('row').filter({ hasText: matter }).getByRole('button', { name: /提出异议/ }).click()
  const objecting = colleague.getByRole('dialog', { name: '提出异议' })
  await objecting.getByLabel('事实和理由').fill(objection)
  await objecting.getByRole('button', { name: '提出异议' }).click()
  await expect(colleague.getByRole('region', { name: '我的异议' })).toContainText(objection)
  await member.goto(`/notices/${notice}`)
  await expect(member.getByRole('main')).toContainText(matter)
  await expect(member.getByRole('main')).not.toContainText(objection)
  await expect(member.getByRole('main')).not.toContainText('李宁')

  // The committee meets and decides in writing.
  const committee = await as('committee1')
  const open = await read<Answer<'/api/objections'>>(committee, '/api/objections?limit=200')
  const filed = open.items.find((o) => o.statement === objection)!
  const held = await read<Schemas['MeetingChoices']>(committee, `/api/objections/${filed.id}/meetings`)
  await committee.goto('/objections')
  const objections = committee.getByRole('region', { name: '异议' })
  const deciding = committee.getByRole('dialog', { name: '裁定异议' })
  if (!held.items.some((m) => !m.why)) {
    await objections.getByRole('row').filter({ hasText: objection }).getByRole('button', { name: '裁定' }).click()
    await expect(deciding).toContainText('还没有可以引用的会议记录')
    await deciding.getByRole('button', { name: '取消' }).click()
    await recordCommittee(secretary, unique('支委会研究异议'))
  }
  await objections.getByRole('row').filter({ hasText: objection }).getByRole('button', { name: '裁定' }).click()
  await deciding.getByText('不支持：异议不成立').click()
  await deciding.getByLabel('书面答复').fill('支委会核对了表彰决定，名单上只有一人，异议不成立。')
  const meeting = deciding.getByRole('combobox', { name: '会议记录' })
  if ((await deciding.locator('.el-select__placeholder').innerText()).includes('选择会议记录')) {
    await meeting.click()
    await committee.getByRole('option').and(committee.locator(':not(.is-disabled)')).first().click()
  }
  await deciding.getByRole('button', { name: '作出裁定' }).click()
  await expect(committee.getByText('已裁定异议不成立')).toBeVisible()
  await colleague.reload()
  await expect(colleague.getByRole('region', { name: '我的异议' })).toContainText('名单上只有一人')

  // The notice ends, and what was on it is posted by itself.
  expect((await read<Schemas['ClaimDetail']>(member, claimOf(id))).state).toBe('noticed')
  await endNotice(notice!)
  await expect
    .poll(async () => (await read<Schemas['ClaimDetail']>(member, claimOf(id))).state, { timeout: 120_000, intervals: [1000] })
    .toBe('posted')

  // The member finds the line, its voucher, the notice and, from the line, the evidence.
  const { points: entries } = await read<Schemas['ClaimDetail']>(member, claimOf(id))
  expect(entries).toHaveLength(1)
  const entry = entries[0]!
  expect(entry.points).toBe(promised.granted)
  await member.goto('/ledger')
  const line = member.getByRole('listitem').filter({ hasText: matter })
  await expect(line).toContainText('萧春梅核实')
  await expect(line).toContainText(/结余/)
  await line.getByRole('button', { name: `第 ${entry.voucher} 号` }).tap()
  await expect(member.getByRole('dialog')).toContainText('与封存时一致')
  await member.getByRole('dialog').getByRole('link', { name: '查看申报与佐证' }).tap()
  await expect(member.getByRole('region', { name: '入账' })).toContainText(`凭证 ${entry.voucher}`)
  const [evidence] = await Promise.all([member.waitForEvent('download'), member.getByRole('button', { name: scan.name, exact: true }).tap()])
  expect((await readFile(await evidence.path())).equals(scan.buffer), 'the very evidence').toBe(true)
  await member.getByRole('link', { name: '看公示' }).tap()
  await expect(member.getByRole('main')).toContainText(/公示期：.*至.*个工作日/)
  await expect(member.getByRole('listitem').filter({ hasText: matter })).toContainText('无异议通过')

  // The next claim by the rule is told what is left of its maximum.
  const next = await read<Schemas['ClaimPreview']>(member, `/api/claims/preview?${asked}`)
  await member.goto('/claims/form')
  await form.getByRole('combobox', { name: '依据条款' }).tap()
  await member.getByRole('option', { name: '获区级表彰' }).tap()
  await expect(form).toContainText(`现在入账可得 ${points(next.granted)} 分`)
  if (next.cut_by) await expect(form).toContainText(`封顶：${next.cut_by}`)

  // The leader reads the sum in the quarter's workbook, as it will print.
  const chief = await as('chief')
  const { sum } = await read<Answer<'/api/ledgers/{person}'>>(member, `/api/ledgers/me?quarter=${entry.post_quarter}`)
  await chief.goto(`/reports/quarter-summary?quarter=${entry.post_quarter}`)
  const paper = chief.getByRole('article').getByRole('row').filter({ hasText: '郭红霞' }).filter({ hasText: '第一党支部' })
  await expect(paper.getByRole('cell').filter({ hasText: new RegExp(`^${points(sum).replace('.', '\\.')}$`) })).not.toHaveCount(0)
})
