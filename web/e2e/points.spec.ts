import { expect, read, test, today, type Answer, type Schemas } from './office'

/** A quarter that has its whole year of records behind it: the last one that is over. */
async function lastQuarter(page: Parameters<typeof read>[0]): Promise<string> {
  return (await read<Answer<'/api/quarters'>>(page, '/api/quarters')).items[1]!.quarter
}

test('the fairness page shows branches, verifiers and caps, each number with its list', async ({ as }) => {
  const chief = await as('chief')
  const quarter = await lastQuarter(chief)
  await chief.goto(`/fairness?quarter=${quarter}`)
  const branches = chief.getByRole('figure').filter({ hasText: '各支部人均与分布' })
  await expect(branches.getByRole('row').filter({ hasText: '第一党支部' })).toContainText(/\d/)
  await expect(branches.locator('svg')).toHaveCount(1)
  const verifiers = chief.getByRole('figure').filter({ hasText: '核实人的核实与退回' })
  const row = verifiers.getByRole('row').filter({ hasText: '萧春梅' })
  const count = Number((await row.getByRole('cell').nth(1).innerText()).trim())
  expect(count).toBeGreaterThan(0)
  await row.getByRole('button', { name: '查看萧春梅核实的申报' }).click()
  await expect(chief.getByRole('dialog').getByRole('listitem')).toHaveCount(count)
  await chief.keyboard.press('Escape')
  await chief.getByRole('figure').filter({ hasText: '上限核减' }).getByRole('button').first().click()
  const cuts = chief.getByRole('dialog')
  await expect(cuts.getByRole('listitem').first()).toContainText(/\d → \d.*最多 \d+ 分/)

  const member = await as('member')
  await member.goto('/fairness')
  await expect(member.getByRole('heading', { name: '没有权限', exact: true })).toBeVisible()
})

test('the monthly statement adds up, and leads on to vouchers', async ({ as }) => {
  const member = await as('member')
  const month = (await read<Schemas['LedgerPage']>(member, `/api/ledgers/me?quarter=${await lastQuarter(member)}`)).entries.items[0]!.fact_on.slice(0, 7)
  const statement = await read<Schemas['Statement']>(member, `/api/ledgers/me/statements/${month}`)
  expect(statement.opening + statement.gained + statement.deducted).toBe(statement.closing)
  expect(statement.lines.reduce((sum, l) => sum + l.points, 0)).toBe(statement.gained + statement.deducted)
  await member.goto(`/ledger/me/statements/${month}`)
  const sums = member.getByRole('region', { name: '本月合计' })
  for (const n of [statement.opening, statement.closing]) await expect(sums).toContainText(String(n / 100))
  await expect(member.getByRole('region', { name: '明细' })).toContainText(`${statement.lines.length} 条`)

  // The number on the paper opens its entry; one of somebody else's does not.
  const mine = statement.lines[0]!
  await member.goto('/ledger')
  await member.getByRole('textbox', { name: '凭证号' }).fill(` ${mine.voucher} `)
  await member.getByRole('button', { name: '查凭证' }).click()
  const entry = member.getByRole('dialog', { name: `第 ${mine.voucher} 号凭证` })
  await expect(entry).toContainText(mine.reason)
  await expect(entry).toContainText('与封存时一致')
  await entry.getByRole('button', { name: '关闭' }).last().click()
  const two = await as('secretary2')
  const [theirs] = (await read<Answer<'/api/ledgers/{person}/entries'>>(two, '/api/ledgers/me/entries?limit=1')).items
  await member.getByRole('textbox', { name: '凭证号' }).fill(String(theirs!.voucher))
  await member.getByRole('button', { name: '查凭证' }).click()
  await expect(member.getByRole('alert').filter({ hasText: `没有找到第 ${theirs!.voucher} 号凭证` })).toBeVisible()
})

test('next year\'s holidays come in by preview, and go again', async ({ as }) => {
  const office = await as('office')
  const year = Number(today().slice(0, 4)) + 1
  const workdays = async () => (await read<Schemas['YearCalendar']>(office, `/api/holidays?year=${year}`)).workdays
  const before = await workdays()
  await office.goto(`/holidays?year=${year}`)
  const file = (text: string) => ({ name: `${year}年节假日.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await office.locator('input[type=file]').setInputFiles(file(`日期,类型,名称\n${year}-13-01,放假,元旦\n`))
  await expect(office.getByRole('alert').filter({ hasText: '没有导入' })).toContainText(/13-01|日期/)
  const days = [1, 2, 3, 4, 5].map((d) => `${year}-05-0${d},放假,劳动节`)
  await office.locator('input[type=file]').setInputFiles(file(['日期,类型,名称', `${year}-01-01,放假,元旦`, ...days, ''].join('\n')))
  const preview = office.locator('.preview')
  await expect(preview).toContainText('共 6 天')
  await expect(preview).toContainText('1月1日')
  expect(await workdays(), 'a preview changes nothing').toBe(before)
  await preview.getByRole('button', { name: '确认导入' }).click()
  await expect(office.getByText(/节假日已导入/)).toBeVisible()
  await expect(office.getByRole('listitem').filter({ hasText: '劳动节' })).toContainText('5 天')
  await office.getByRole('button', { name: '删除导入' }).click()
  await office.getByRole('dialog', { name: /删除导入的/ }).getByRole('button', { name: '删除' }).click()
  await expect(office.getByText('已删除。')).toBeVisible()
  expect(await workdays()).toBe(before)
})
