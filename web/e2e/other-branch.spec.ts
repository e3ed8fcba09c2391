import { fileClaim } from './claims'
import { recordMeeting } from './meeting'
import { expect, me, read, test, unique, write, type Answer, type Schemas } from './office'

test("another branch's secretary sees nothing of this branch's meeting", async ({ as }) => {
  const one = await as('secretary1')
  const meeting = await recordMeeting(one, unique('第一党支部内部的党员大会'))
  const { branch_id: branch, person } = await me(one)
  const issued = await write<Schemas['Issue']>(one, '/api/reports/quarter-summary/issues', { quarter: meeting.quarter, branch })

  const two = await as('secretary2')
  const main = two.getByRole('main')
  // Not in the list, whatever is asked of it.
  await two.goto('/activities')
  await expect(main.getByRole('link').first()).toBeVisible()
  await expect(main).not.toContainText(meeting.title)
  await two.getByLabel('名称、地点、内容或人名').fill(meeting.title)
  await expect(two.getByText('没有符合条件的内容')).toBeVisible()
  await two.goto(`/activities?branch_id=${branch}`)
  await expect(two.getByText('没有符合条件的内容')).toBeVisible()

  // The addresses that a colleague sent along: not found, and why that may be.
  for (const address of [`/activities/${meeting.id}`, `/ledger/${person.id}`, `/people/${person.id}`]) {
    await two.goto(address)
    await expect(two.getByText('没有找到', { exact: true }), address).toBeVisible()
    await expect(main, address).toContainText(/不在您的(查看|权限)范围|可能已/)
    await expect(main, address).not.toContainText(meeting.title)
    await expect(main, address).not.toContainText('萧春梅')
  }
  expect((await two.request.get(`/api/activities/${meeting.id}`)).status()).toBe(404)
  expect((await two.request.get(`/api/reports/issues/${issued.id}/file`)).status()).toBe(404)

  // Reports: their own branch, and they say so.
  await two.goto(`/reports/quarter-summary?quarter=${meeting.quarter}`)
  const paper = two.getByRole('article')
  await expect(paper.getByRole('row').filter({ hasText: '第二党支部' }).first()).toBeVisible()
  await expect(paper).not.toContainText('第一党支部')
  await two.goto(`/reports/quarter-summary?quarter=${meeting.quarter}&branch=${branch}`)
  await expect(main.getByText('没有找到', { exact: true })).toBeVisible()
  await two.goto('/reports/issued')
  await expect(two.getByRole('region', { name: '已出具的报表' })).toBeVisible()
  await expect(main).not.toContainText(issued.number)

  // Nor do the API's lists know anybody of the other branch.
  const people = await read<Answer<'/api/ledgers'>>(two, `/api/ledgers?quarter=${meeting.quarter}&limit=200`)
  expect(people.items.length).toBeGreaterThan(0)
  expect(people.items.filter((l) => l.branch === '第一党支部')).toEqual([])
})

test("another branch's secretary sees nothing of this branch's claims, notices and points", async ({ as }) => {
  const matter = unique('第一党支部党员的表彰')
  const member = await as('member')
  const claim = await fileClaim(member, matter)
  const notices = (await read<Answer<'/api/notices'>>(member, '/api/notices?kind=claims&limit=200')).items
  const notice = notices.find((n) => n.branch_name === '第一党支部')!
  const [entry] = (await read<Answer<'/api/ledgers/{person}/entries'>>(member, '/api/ledgers/me/entries?limit=1')).items

  const two = await as('secretary2')
  const main = two.getByRole('main')
  for (const address of ['/claim-review?state=all', '/notices', '/objections?state=all', '/quarters']) {
    await two.goto(address)
    await expect(main.getByRole('heading', { level: 1 }), address).toBeVisible()
    await expect(main.locator('.el-skeleton'), address).toHaveCount(0)
    await expect(main, address).not.toContainText(matter)
    await expect(main, address).not.toContainText('第一党支部')
  }
  await two.goto(`/claim-review?state=all&q=${encodeURIComponent(matter)}`)
  await expect(two.getByText('没有符合条件的内容')).toBeVisible()

  // The addresses that a colleague sent along.
  const { person } = await me(member)
  for (const address of [`/claims/${claim.id}`, `/claims/form?id=${claim.id}`, `/notices/${notice.id}`, `/points/${person.id}`, `/ledger/${person.id}/statements`]) {
    await two.goto(address)
    await expect(two.getByText('没有找到', { exact: true }), address).toBeVisible()
    await expect(main, address).not.toContainText(matter)
  }
  for (const path of [`/api/claims/${claim.id}`, `/api/notices/${notice.id}`, `/api/notices/${notice.id}/sheet.xlsx`, `/api/points/entries/${entry!.id}`, `/api/points/vouchers/${entry!.voucher}`]) {
    expect((await two.request.get(path)).status(), path).toBe(404)
  }
  const ours = await read<Answer<'/api/claims'>>(two, '/api/claims?limit=200')
  expect(ours.items.filter((c) => c.branch_name !== '第二党支部')).toEqual([])
  const listed = await read<Answer<'/api/notices'>>(two, '/api/notices?limit=200')
  expect(listed.items.filter((n) => !['第二党支部', '全院'].includes(n.branch_name))).toEqual([])
})
