import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { dayAfter, expect, me, read, test, today, unique, write, type Answer, type Schemas } from './office'
import { endNotice } from './office-clock'
import { readWorkbook } from './workbook'

const upload = 'input[type=file]'
const hours = fileURLToPath(new URL('../../internal/volunteer/testdata/hours-errors.xlsx', import.meta.url))
const total = async (page: Page) => (await read<Answer<'/api/volunteer-hours'>>(page, '/api/volunteer-hours?limit=1')).total

test('hours from a workbook: previewed, the good rows taken, and taken back', async ({ as }) => {
  const office = await as('office')
  const before = await total(office)
  await office.goto('/volunteer-imports')
  await office.locator(upload).setInputFiles({ name: '时长.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04 no workbook') })
  await expect(office.getByRole('alert').filter({ hasText: '没有导入任何内容' })).toBeVisible()

  await office.locator(upload).setInputFiles(hours)
  await expect(office.getByText('这是预览，还没有记任何时长')).toBeVisible()
  const rows = office.getByRole('region', { name: '时长表各行' })
  await expect(rows).toContainText('“无此人”')
  await expect(rows).toContainText('“2026.13.40”')
  const confirm = office.getByRole('button', { name: /^确认导入/ })
  await expect(confirm).toBeDisabled()
  await office.getByText('只导入无误的行（跳过 2 行）').click()
  await confirm.click()
  await expect(office.getByText(/^已导入，共 4 行/)).toBeVisible()
  const after = await total(office)
  expect([after.participations, after.minutes]).toEqual([before.participations + 2, before.minutes + 240])

  await office.getByRole('button', { name: '撤销导入' }).click()
  await office.getByRole('dialog', { name: '撤销这次导入？' }).getByRole('button', { name: '撤销导入' }).click()
  await expect(office.getByText('已撤销，恢复到导入之前').first()).toBeVisible()
  expect(await total(office)).toEqual(before)
})

test('hours on notice become a certificate that anybody can verify, until its record is withdrawn', async ({ as }) => {
  const [office, member, stranger] = [await as('office'), await as('member'), await as()]
  const self = (await me(member)).person
  const title = unique('助残服务')
  const day = dayAfter(today(), -1)
  const saved = await write<Schemas['Saved']>(office, '/api/activities', {
    kind: 'volunteering', title, starts_at: `${day}T09:00:00+08:00`, ends_at: `${day}T11:00:00+08:00`, place: '阳光家园', organiser: { kind: 'unit' },
    served: '残疾人家庭', recorder_id: (await me(office)).person.id, content: '打扫卫生、读报。', confirm: true, overlap_answer: '不冲突', attendance: [{ person_id: self.id, status: 'present', minutes: 120 }],
  })
  await member.goto('/my-hours')
  const line = member.getByRole('listitem').filter({ hasText: title })
  await expect(line).toContainText('未公示')

  // The notice: that day's hours only.
  await office.goto(`/volunteer-hours?from=${day}&to=${day}`)
  await office.getByRole('button', { name: '公示时长' }).click()
  await office.getByRole('dialog', { name: '公示志愿时长' }).getByRole('button', { name: '公示', exact: true }).click()
  await office.waitForURL(/\/notices\/[0-9a-f-]{36}$/)
  const notice = office.url().split('/').at(-1)!
  await expect(office.getByText(self.name).first()).toBeVisible()
  await member.reload()
  await expect(line).toContainText('公示中')
  await endNotice(notice)
  await expect
    .poll(async () => (await read<Schemas['NoticeDetail']>(office, `/api/notices/${notice}`)).state, { timeout: 90_000, message: "the server's job settles it" })
    .toBe('settled')
  await member.reload()
  await expect(line).toContainText('已公示')

  // The member makes it out.
  await member.getByRole('button', { name: '开具证明' }).click()
  const dialog = member.getByRole('dialog', { name: '开具志愿服务证明' })
  await dialog.getByLabel('从').fill(day)
  await dialog.getByLabel('从').press('Enter')
  await dialog.getByRole('button', { name: '开具', exact: true }).click()
  const paper = member.getByRole('article', { name: `${self.name}志愿服务证明` })
  await expect(paper).toContainText(/志证〔20\d\d〕\d{4}号/)
  await expect(paper).toContainText(title)
  const certificate = await read<Schemas['VolunteerCertificate']>(member, `/api/volunteer-certificates/${member.url().split('/').at(-1)}`)
  expect(certificate.minutes).toBeGreaterThanOrEqual(120)

  // Somebody without a sign-in types what is on the paper, wrong and right.
  await stranger.goto('/verify')
  await stranger.getByLabel('编号').fill(certificate.number)
  await stranger.getByLabel('核验码').fill('0000000000000000')
  await stranger.getByRole('button', { name: '核验' }).click()
  await expect(stranger.getByText('查不到这份证明')).toBeVisible()
  await stranger.getByLabel('核验码').fill(certificate.code)
  await stranger.getByRole('button', { name: '核验' }).click()
  await expect(stranger.getByText('证明有效')).toBeVisible()
  await expect(stranger.getByRole('status').filter({ hasText: '证明有效' })).toContainText(self.name)

  // The record goes; the paper stays and no longer holds.
  await write(office, `/api/activities/${saved.id}/withdraw`, { reason: '记错了人', row_version: saved.row_version })
  await stranger.reload()
  await expect(stranger.getByText('证明已失效')).toBeVisible()
  await member.reload()
  await expect(member.getByText('这份证明已经失效')).toBeVisible()
})

test('the list, its workbook and the page of workbook 6 say the same', async ({ as }) => {
  const office = await as('office')
  const now = await total(office)
  await office.goto('/volunteer-hours')
  await expect(office.getByText(`${now.people} 人，${now.participations} 人次`)).toBeVisible()
  const [file] = await Promise.all([office.waitForEvent('download'), office.getByRole('button', { name: '导出 Excel' }).click()])
  const { rows } = (await readWorkbook(await readFile(await file.path())))[0]!
  const head = rows.findIndex((row) => row.includes('人次'))
  const at = rows[head]!.indexOf('人次')
  const people = rows.slice(head + 1).filter((row) => typeof row[0] === 'number')
  expect(people).toHaveLength(now.people)
  expect(people.reduce((sum, row) => sum + Number(row[at]), 0)).toBe(now.participations)

  // A row opens to the records behind it.
  const first = office.getByRole('region', { name: '志愿时长' }).getByRole('row').nth(1)
  await first.getByRole('button').click()
  const drawer = office.getByRole('dialog')
  await expect(drawer.getByRole('listitem').first()).toBeVisible()
  await drawer.getByRole('link').first().click()
  await office.waitForURL(/\/activities\//)
})
