import { expect, read, test, unique, write, type Answer, type Schemas } from './office'

test('the leader closes a quarter by the list, not by one that grew old, and it stays closed', async ({ as }) => {
  const chief = await as('chief')
  await chief.goto('/quarters')
  const checks = chief.getByRole('region', { name: '结账清单' })
  await expect(checks).toBeVisible()
  const heading = await checks.getByRole('heading', { level: 2 }).innerText()
  const { items: quarters } = await read<Answer<'/api/quarters'>>(chief, '/api/quarters')
  const { quarter, title } = quarters.find((q) => heading.startsWith(q.title))!
  expect(quarters.filter((q) => q.state === 'open').at(-1)?.quarter, 'the oldest that is open').toBe(quarter)

  // While the leader reads the list, the Party office corrects somebody's points.
  const close = chief.getByRole('button', { name: '结账', exact: true })
  await close.click()
  const asking = chief.getByRole('dialog', { name: `${title}结账` })
  await expect(asking).toContainText('不能重新打开')
  const office = await as('office')
  const { items: ledgers } = await read<Answer<'/api/ledgers'>>(office, `/api/ledgers?quarter=${quarter}&limit=200`)
  const someone = ledgers.find((l) => l.name === '谢丽娜')!
  const verifier = ledgers.find((l) => l.name === '朱文静')!
  const day = `${quarter.slice(0, 4)}-${String(Number(quarter.at(-1)) * 3).padStart(2, '0')}-15`
  const { items: schemes } = await read<Answer<'/api/schemes'>>(office, '/api/schemes')
  const scheme = schemes.filter((s) => s.state === 'published' && s.effective_from <= day).sort((a, b) => b.effective_from.localeCompare(a.effective_from))[0]!
  const { rules } = await read<Schemas['Scheme']>(office, `/api/schemes/${scheme.id}`)
  const rule = rules!.find((r) => r.trigger === 'office' && r.per === 'amount' && !r.veto && r.points === 0)!
  const reason = unique('结账前核对更正')
  await write(office, '/api/points/entries', { person_id: someone.person_id, rule_id: rule.id, amount: 25, fact_on: day, reason, verified_by: verifier.person_id })
  const agreed = asking.getByText('我已核对清单')
  if (await agreed.isVisible()) await agreed.click()
  await asking.getByRole('button', { name: '结账' }).click()
  await expect(asking).toBeHidden()
  await expect(chief.getByRole('alert').filter({ hasText: /清单|变/ }).first()).toBeVisible()
  expect((await read<Answer<'/api/quarters'>>(chief, '/api/quarters')).items.find((q) => q.quarter === quarter)!.state).toBe('open')

  // The new list names what changed since the notice; the leader agrees to it and closes.
  await expect(checks).toContainText('谢丽娜')
  await close.click()
  await agreed.click()
  await asking.getByRole('button', { name: '结账' }).click()
  await expect(chief.getByText('已结账，全部台账已封存')).toBeVisible()
  const sealed = (await read<Answer<'/api/quarters'>>(chief, '/api/quarters')).items.find((q) => q.quarter === quarter)!
  const seal = chief.getByRole('region', { name: '封存' })
  await expect(seal).toContainText(`${title}已结账`)
  expect((await seal.innerText()).replace(/\s/g, '')).toContain(sealed.seal)
  await expect(close).toHaveCount(0)

  // A late fact goes to the quarter that is open, marked with its own.
  const late = await write<Schemas['EntryDetail']>(office, '/api/points/entries', {
    person_id: someone.person_id, rule_id: rule.id, amount: 25, fact_on: day, reason: unique('结账之后补记'), verified_by: verifier.person_id,
  })
  expect([late.fact_quarter, late.post_quarter === quarter]).toEqual([quarter, false])

  // The annual summary and its quarter.
  const { sum } = await read<Answer<'/api/ledgers/{person}'>>(chief, `/api/ledgers/${someone.person_id}?quarter=${quarter}`)
  await chief.goto(`/reports/annual-summary?quarter=${quarter}`)
  const row = chief.getByRole('article').getByRole('row').filter({ hasText: '谢丽娜' }).first()
  await expect(row).toBeVisible()
  const at = (await chief.getByRole('article').getByRole('columnheader').allInnerTexts()).findIndex((h) => h.includes(`${'一二三四'[Number(quarter.at(-1)) - 1]}季度`))
  expect(at).toBeGreaterThan(0)
  await expect(row.getByRole('cell').nth(at)).toHaveText(String(sum / 100))
})
