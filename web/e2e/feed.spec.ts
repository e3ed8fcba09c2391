import type { Page } from '@playwright/test'
import { expect, me, read, test, today, write, type Answer, type Schemas } from './office'
import { ownPlanned } from './talks'

/** Makes an address with the card of one's own account; the sentence shown once holds it. */
async function makeAddress(page: Page, names: boolean): Promise<string> {
  const card = page.getByRole('region', { name: '日历订阅' })
  const box = card.getByRole('checkbox', { name: '显示谈话对方的姓名' })
  if ((await box.isChecked()) !== names) await card.getByText('显示谈话对方的姓名', { exact: true }).click()
  await card.getByRole('button', { name: /^(生成地址|换一个新地址)$/ }).click()
  const sure = page.getByRole('dialog', { name: '换一个新地址？' })
  const shown = card.locator('code')
  await expect(sure.or(shown).first()).toBeVisible()
  const before = (await shown.isVisible()) ? await shown.innerText() : ''
  if (await sure.isVisible()) await sure.getByRole('button', { name: '换新地址' }).click()
  else return before
  if (before) await expect(shown).not.toHaveText(before)
  return shown.innerText()
}

/** The lines of a calendar, unfolded. */
const unfold = (ics: string) => ics.replace(/\r\n[ \t]/g, '')

test("one's own days under a secret address: no names unless wanted, and gone when it is ended", async ({ as, playwright }) => {
  const chief = await as('chief')
  const planned = await ownPlanned(await as('office'), chief)
  // A calendar's program has no session.
  const outside = await playwright.request.newContext()
  const fetched = async (address: string) => {
    const answer = await outside.get(address)
    return { status: answer.status(), type: answer.headers()['content-type'] ?? '', text: unfold(await answer.text()) }
  }
  const soon = planned[0]!
  await chief.goto('/profile')
  const without = await makeAddress(chief, false)
  expect(without).toMatch(/\/api\/calendar\/[\w-]{22,}\.ics$/)
  const plain = await fetched(without)
  expect([plain.status, plain.type]).toEqual([200, expect.stringContaining('text/calendar')])
  expect(plain.text).toMatch(/^BEGIN:VCALENDAR\r\n/)
  const uid = `talk-${soon.id}@xianfeng`
  expect(plain.text).toContain(uid)
  for (const talk of planned) expect(plain.text).not.toContain(talk.partner_name)
  const others = (await ownPlanned(chief, await as('secretary2'))).filter((t) => t.talker_id !== soon.talker_id)
  for (const talk of others.slice(0, 5)) expect(plain.text, 'talks of others').not.toContain(talk.id)

  // Made anew with names: the old address is nothing any more.
  await chief.reload()
  const withNames = await makeAddress(chief, true)
  expect(withNames).not.toBe(without)
  const named = await fetched(withNames)
  expect(named.text).toContain(`与${soon.partner_name}：`)
  expect((await fetched(without)).status).toBe(404)
  await chief.reload()
  const card = chief.getByRole('region', { name: '日历订阅' })
  await expect(card).toContainText('显示谈话对方姓名')
  await expect(card, 'shown once').not.toContainText('.ics')
  await expect(card).toContainText('最近一次读取')

  await card.getByRole('button', { name: '停用' }).click()
  await chief.getByRole('dialog', { name: '停用日历地址？' }).getByRole('button', { name: '停用' }).click()
  await expect(card).toContainText('现在没有在用的地址')
  expect((await fetched(withNames)).status).toBe(404)
  expect((await fetched(withNames.replace(/[\w-]+\.ics$/, 'x.ics'))).status).toBe(404)
  await outside.dispose()
})

test('reminders come once, and stay aside for the day', async ({ as }, info) => {
  const secretary = await as('secretary2')
  // Another member for a second try, whose next days are free.
  const member = await as(`leader2${2 + info.retry}`)
  const { days } = await read<Answer<'/api/activities/calendar'>>(secretary, `/api/activities/calendar?month=${today().slice(0, 7)}&kind=party_day`)
  const special = days.find((d) => d.date === today())?.kind
  test.skip(special ? special === 'holiday' : [0, 6].includes(new Date(`${today()}T00:00:00Z`).getUTCDay()), 'nobody is reminded on a day off')

  // What makes a talk due puts it on the next working day that is free: this is soon.
  const { person } = await me(member)
  const occasion = await write<Schemas['NotedOccasion']>(secretary, '/api/talk-occasions', { person_id: person.id, kind: 'hardship', happened_on: today() })
  const { talk } = await read<Schemas['TalkDetail']>(secretary, `/api/talks/${occasion.talk_id}`)
  await member.goto('/')
  const digest = member.getByRole('region', { name: '今日提醒' })
  const aside = member.getByText(/今日提醒 \d+ 项已收起/)
  await expect(digest.or(aside)).toBeVisible()
  // Put aside by an earlier run of this test.
  if (await aside.isVisible()) await member.getByRole('button', { name: '重新显示' }).click()
  const line = digest.getByRole('listitem').filter({ has: member.locator(`a[href="/talks/${talk.id}"]`) })
  await expect(line).toContainText(`与${talk.talker_name}谈心谈话`)
  await digest.getByRole('button', { name: /知道了/ }).click()
  await expect(aside).toBeVisible()
  await expect(member.getByRole('button', { name: '重新显示' })).toBeFocused()
  await member.reload()
  await expect(aside).toBeVisible()
  await expect(digest).toHaveCount(0)
  await member.getByRole('button', { name: '重新显示' }).click()
  await line.getByRole('link').click()
  await expect(member).toHaveURL(`/talks/${talk.id}`)
})
