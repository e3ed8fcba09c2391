import { fileURLToPath } from 'node:url'
import { expect, read, test, type Answer } from './office'

const roster = (name: string) => fileURLToPath(new URL(`../../internal/org/testdata/${name}`, import.meta.url))
const upload = 'input[type=file]'

test('a roster with wrong rows: the preview names them, the good ones come in, and go again', async ({ as }) => {
  const office = await as('office')
  const count = async () => (await read<Answer<'/api/people'>>(office, '/api/people?limit=1')).total
  const before = await count()
  await office.goto('/people/import')
  await office.locator(upload).setInputFiles(roster('roster-errors.xlsx'))
  await expect(office.getByText('这是预览，还没有改动任何人员')).toBeVisible()
  const rows = office.getByRole('region', { name: '花名册各行' })

  // What is wrong: the row, the column, the value, and why.
  await rows.getByText(/^有误 \d+/).click()
  const bad = rows.getByRole('row').filter({ hasText: '有误' })
  await expect(bad.filter({ hasText: '第 9 行' })).toContainText(/第 9 行 [A-Z]+ 列/)
  for (const n of [6, 9, 12, 17, 19, 25, 27, 29]) await expect(bad.filter({ hasText: `第 ${n} 行` }), `row ${n}`).toHaveCount(1)
  const wrong = await bad.count()

  const confirm = office.getByRole('button', { name: /^确认导入/ })
  await expect(confirm).toBeDisabled()
  expect(await count(), 'a preview changes nothing').toBe(before)
  const [file] = await Promise.all([office.waitForEvent('download'), office.getByRole('button', { name: '下载问题行' }).click()])
  expect(file.suggestedFilename()).toMatch(/\.xlsx$/)

  await office.getByText(`只导入无误的行（跳过 ${wrong} 行）`).click()
  await confirm.click()
  await expect(office.getByText(/^已导入：/)).toBeVisible()
  await expect(office.getByRole('button', { name: '撤销导入' })).toBeVisible()

  // The latest import can be taken back whole.
  await office.getByRole('button', { name: '撤销导入' }).click()
  const question = office.getByRole('dialog', { name: '撤销这次导入？' })
  await question.getByRole('button', { name: '撤销导入' }).click()
  await expect(office.getByText('已撤销，恢复到导入之前').first()).toBeVisible()
  expect(await count(), 'as before the import').toBe(before)
})

test('files that are no roster are refused in words', async ({ as }) => {
  const office = await as('office')
  await office.goto('/people/import')
  const refused = office.getByRole('alert').filter({ hasText: '没有导入任何内容' })
  const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

  await office.locator(upload).setInputFiles({ name: '花名册.xlsx', mimeType: xlsx, buffer: Buffer.from('PK\x03\x04 not a workbook') })
  await expect(refused).toContainText('花名册.xlsx')
  await expect(refused.locator('.el-alert__description')).toContainText(/[\u4e00-\u9fff]{6}/)

  await office.locator(upload).setInputFiles(roster('roster-empty.xlsx'))
  await expect(refused).toContainText('roster-empty.xlsx')
  await expect(refused).toContainText(/没有|空/)

  await office.locator(upload).setInputFiles({ name: '带宏的花名册.xlsm', mimeType: xlsx, buffer: Buffer.from('PK') })
  await expect(office.getByText('含宏的工作簿（.xlsm）不能导入')).toBeVisible()
  await expect(office).toHaveURL(/\/people\/import$/)
})
