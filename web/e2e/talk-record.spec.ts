import type { Page } from '@playwright/test'
import { dayAfter, expect, me, phone, read, sideways, test, today, unique, type Answer, type Schemas } from './office'
import { heldTalk, writeRecord } from './talks'

const small = { viewport: phone, isMobile: true, hasTouch: true }
const pathOf = (talk: string) => `/api/talks/${talk}/record`

/** What anybody can read of a talk without being of the two: no answer holds the text. */
async function nothingOf(page: Page, talk: string, text: string): Promise<void> {
  const { person } = await me(page)
  expect((await page.request.get(pathOf(talk))).status(), `record for ${person.name}`).toBeGreaterThanOrEqual(403)
  for (const path of [pathOf(talk), `/api/talks/${talk}`, `/api/talks?q=${encodeURIComponent(text)}`, '/api/talks?limit=200', '/api/desk', '/api/audit?limit=200', '/api/followups?limit=200', '/api/talk-readings']) {
    expect(await (await page.request.get(path)).text(), `${path} for ${person.name}`).not.toContain(text)
  }
}

test('a talk is confirmed and its record agreed on the phone; to everybody else it only took place', async ({ as }, info) => {
  const chief = await as('chief')
  const member = await as('member', small)
  const { person } = await me(member)
  const text = unique('谈了新岗位的适应情况')

  // The chief registers a talk that nobody planned.
  await chief.goto('/talks')
  await chief.getByRole('button', { name: '登记一次谈话' }).click()
  const adding = chief.getByRole('dialog', { name: '登记一次谈话' })
  await adding.getByRole('combobox', { name: '与谁谈' }).click()
  await adding.getByRole('combobox', { name: '与谁谈' }).fill(person.name)
  await chief.getByRole('option', { name: person.name }).first().click()
  // Two talks of the same two on one day are one.
  await adding.getByLabel('哪天谈的').fill(dayAfter(today(), -1 - info.retry))
  await chief.keyboard.press('Enter')
  await adding.getByRole('button', { name: '登记' }).click()
  await expect(chief.getByText(`已登记，等${person.name}确认。`)).toBeVisible()
  await expect(chief).toHaveURL(/\/talks\/[0-9a-f-]{36}$/)
  const id = chief.url().split('/').pop()!

  // The member confirms it on the phone.
  await member.goto('/talks')
  const mine = member.getByRole('region', { name: '我的谈话' })
  const line = mine.getByRole('listitem').filter({ has: member.locator(`a[href="/talks/${id}"]`) })
  await expect(line).toContainText('待确认')
  expect(await sideways(member), 'pixels of sideways scrolling').toBe(0)
  await line.getByRole('button', { name: /^确认与/ }).tap()
  await expect(member.getByText(/^已确认与.*的谈话。$/)).toBeVisible()

  // The chief writes what was said; the member reads it and agrees.
  await chief.reload()
  const record = chief.getByRole('region', { name: '谈话记录' })
  await record.getByRole('button', { name: '写记录' }).click()
  await record.getByLabel('谈话内容').fill(text)
  await record.getByRole('button', { name: '保存记录' }).click()
  await expect(record.getByRole('article')).toContainText(text)
  await expect(record).toContainText('对方还没有确认')
  await member.goto(`/talks/${id}`)
  const read1 = member.getByRole('region', { name: '谈话记录' })
  await expect(read1.getByRole('article')).toContainText(text)
  expect(await sideways(member), 'pixels of sideways scrolling').toBe(0)
  await read1.getByRole('button', { name: '确认属实' }).tap()
  await expect(read1).toContainText('确认属实')
  await expect(read1.getByRole('button', { name: '确认属实' })).toHaveCount(0)

  // Who plans and who leads sees that it took place, and nothing of it.
  for (const login of ['secretary1', 'office', 'deputy']) {
    const other = await as(login)
    await nothingOf(other, id, text)
    if ((await other.request.get(`/api/talks/${id}`)).status() === 404) {
      expect(login, 'sees the whole office or the branch').toBe('deputy')
      continue
    }
    await other.goto(`/talks/${id}`)
    await expect(other.getByRole('region', { name: '谈话安排' })).toContainText('双方确认')
    await expect(other.getByText('任何角色都看不到')).toBeVisible()
    await expect(other.getByRole('main')).not.toContainText(text)
    await expect(other.getByRole('region', { name: '谈话记录' })).toHaveCount(0)
  }
  // To the others not even its address says anything.
  for (const login of ['leader12', 'secretary2', 'auditor', 'sysadmin']) {
    const other = await as(login)
    await nothingOf(other, id, text)
    expect([403, 404], login).toContain((await other.request.get(`/api/talks/${id}`)).status())
  }
  const member2 = await as('leader12')
  await member2.goto(`/talks/${id}`)
  await expect(member2.getByText('没有找到', { exact: true })).toBeVisible()

  // Both write at once: whoever comes second keeps their text, and sees the other's.
  const own = unique('补充：每周写办案笔记')
  const others = unique('另外商定每月参加一次疑难案件讨论')
  await read1.getByRole('button', { name: '写下修改后的一版' }).tap()
  await read1.getByLabel('谈话内容').fill(own)
  await writeRecord(chief, id, others, 1)
  await read1.getByRole('button', { name: '保存记录' }).tap()
  await expect(read1.getByRole('alert')).toBeVisible()
  await expect(read1.getByLabel('谈话内容')).toHaveValue(own)
  await read1.getByRole('button', { name: /看看对方写的/ }).tap()
  await expect(read1.getByRole('article')).toContainText(others)
  await expect(read1.getByLabel('谈话内容')).toHaveValue(own)
  await read1.getByRole('button', { name: '保存记录' }).tap()
  await expect(read1.getByRole('article')).toContainText(own)
  await expect(read1).toContainText('第 3 版')
  const kept = await read<Schemas['TalkRecord']>(chief, pathOf(id))
  expect(kept.versions.map((v) => v.text)).toEqual([own, others, text])
  await chief.reload()
  await expect(record.getByRole('article')).toContainText(own)
  await expect(record.getByText('第 1 版')).toBeVisible()
})

test('a leader whom both named reads the record, both are told, and one of them ends it', async ({ as }) => {
  const secretary = await as('secretary1')
  const leader11 = await as('leader11', small)
  const chief = await as('chief')
  const name = (await me(chief)).person.name
  const talk = await heldTalk(secretary, leader11)
  const text = unique('谈了小组工作的难处')
  await writeRecord(secretary, talk.id, text, 0)

  await secretary.goto(`/talks/${talk.id}`)
  const named = (page: Page) => page.getByRole('region', { name: '谁还可以看' })
  await named(secretary).getByRole('button', { name: '请一位领导看' }).click()
  const asking = secretary.getByRole('dialog', { name: '请一位领导看记录' })
  await asking.getByRole('combobox', { name: '哪位领导' }).click()
  await secretary.getByRole('option', { name }).first().click()
  await asking.getByRole('button', { name: /同意$/ }).click()
  await expect(named(secretary)).toContainText('等对方同意')
  // One word is not enough.
  expect((await chief.request.get(pathOf(talk.id))).status()).toBe(404)

  await leader11.goto(`/talks/${talk.id}`)
  await named(leader11).getByRole('button', { name: '同意', exact: true }).tap()
  const sure = leader11.getByRole('dialog', { name: /^同意/ })
  await expect(sure).toContainText('每次打开都会列在这里')
  await sure.getByRole('button', { name: '同意' }).tap()
  await expect(named(leader11)).toContainText('可以查看')

  // The leader opens it, knowing that both are told.
  await chief.goto('/talk-readings')
  const { items } = await read<Answer<'/api/talk-readings'>>(chief, '/api/talk-readings')
  expect(items.map((r) => r.talk_id)).toContain(talk.id)
  const mine = chief.getByRole('listitem').filter({ hasText: `${talk.talker_name} 与 ${talk.partner_name}` }).filter({ has: chief.getByRole('button', { name: '打开记录' }) })
  await mine.first().getByRole('button', { name: '打开记录' }).click()
  const warned = chief.getByRole('dialog', { name: /^打开/ })
  await expect(warned).toContainText('告诉谈话的两个人')
  await warned.getByRole('button', { name: '打开' }).click()
  await expect(chief.getByRole('dialog').filter({ hasText: text })).toBeVisible()
  for (const page of [secretary, leader11]) {
    await page.reload()
    await expect(named(page)).toContainText('打开过的人')
    await expect(named(page).getByRole('listitem').filter({ hasText: name }).last()).toBeVisible()
  }

  // One of the two takes the word back: nothing opens any more.
  await named(leader11).getByRole('button', { name: '收回' }).tap()
  await expect(named(leader11)).toContainText(`以前：${name}（已收回）`)
  expect((await chief.request.get(pathOf(talk.id))).status()).toBe(404)
  await chief.goto('/talk-readings')
  await expect(chief.getByRole('heading', { level: 1 })).toBeVisible()
  expect((await read<Answer<'/api/talk-readings'>>(chief, '/api/talk-readings')).items.map((r) => r.talk_id)).not.toContain(talk.id)
})

test('what a talk leaves to be done goes to its owner without the talk, and comes back with a result', async ({ as }) => {
  const chief = await as('chief')
  const secretary = await as('secretary1')
  const talk = await heldTalk(chief, await as('member'))
  const text = unique('谈了三楼的事')
  await writeRecord(chief, talk.id, text, 0)
  const matter = unique('修好三楼的热水器')
  const result = unique('已换新的')
  const { person: owner } = await me(secretary)

  await chief.goto(`/talks/${talk.id}`)
  const followups = chief.getByRole('region', { name: '转办事项' })
  await followups.getByRole('button', { name: '转办一件事' }).click()
  const raising = chief.getByRole('dialog', { name: '转办一件事' })
  await raising.getByRole('button', { name: '转办' }).click()
  await expect(raising).toContainText('请写明要办的事')
  await raising.getByLabel('要办的事').fill(matter)
  await raising.getByRole('combobox', { name: '谁来办' }).click()
  await raising.getByRole('combobox', { name: '谁来办' }).fill(owner.name)
  await chief.getByRole('option', { name: owner.name }).first().click()
  await raising.getByRole('button', { name: '转办' }).click()
  await expect(chief.getByText('已转办，承办人会看到。')).toBeVisible()
  await expect(followups).toContainText(matter)

  await secretary.goto(`/followups?q=${encodeURIComponent(matter)}`)
  const row = secretary.getByRole('row').filter({ hasText: matter })
  await expect(row).toContainText('我承办')
  await expect(row.getByRole('link')).toHaveCount(0)
  const found = await read<Answer<'/api/followups'>>(secretary, `/api/followups?q=${encodeURIComponent(matter)}`)
  expect(JSON.stringify(found.items)).not.toContain(talk.id)
  await nothingOf(secretary, talk.id, text)
  await row.getByRole('button', { name: '办结' }).click()
  const settling = secretary.getByRole('dialog', { name: '填写办理结果' })
  await settling.getByLabel('办理结果').fill(result)
  await settling.getByRole('button', { name: '办结' }).click()
  await expect(secretary.getByText('已办结。')).toBeVisible()

  await chief.reload()
  await expect(followups).toContainText(result)
  await expect(followups).toContainText('已办结')
  await followups.getByRole('link', { name: matter }).click()
  await expect(chief.getByRole('row').filter({ hasText: matter })).toContainText(result)

  // A result is written once.
  const again = await secretary.request.post(`/api/followups/${found.items[0]!.id}/result`, {
    data: { result: '再写一次', version: found.items[0]!.version }, headers: { 'Idempotency-Key': crypto.randomUUID() },
  })
  expect(again.status()).toBe(409)
})
