import type { Page } from '@playwright/test'
import { expect, me, read, sideways, test, type Answer } from './office'

const widths = [1440, 390, 360]

/** Fields and buttons that a screen reader could only call "edit" or "button". */
const nameless = (page: Page) =>
  page.evaluate(() => {
    const named = (el: Element) =>
      el.getAttribute('aria-label')?.trim() ||
      el.getAttribute('title')?.trim() ||
      (el.getAttribute('aria-labelledby') ?? '').split(/\s+/).some((id) => id && document.getElementById(id)?.textContent?.trim()) ||
      [...((el as HTMLInputElement).labels ?? [])].some((label) => label.getAttribute('aria-label')?.trim() || label.textContent?.trim()) ||
      (el.tagName === 'BUTTON' && el.textContent?.trim())
    return [...document.querySelectorAll<HTMLElement>('input:not([type=hidden]):not([type=file]), textarea, select, button')]
      .filter((el) => el.checkVisibility() && !el.closest('[aria-hidden=true]') && !named(el))
      .map((el) => el.outerHTML.slice(0, 160))
  })

async function looksRight(page: Page, address: string): Promise<void> {
  const main = page.getByRole('main')
  await expect(main.getByRole('heading', { level: 1 }), address).toBeVisible()
  await expect(main.locator('.el-skeleton'), address).toHaveCount(0)
  await expect(main.getByText(/没能读取内容|没有查看权限|没有这个页面/), address).toHaveCount(0)
  for (const width of widths) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 800 })
    await expect.poll(() => sideways(page), { message: `${address} at ${width} px scrolls sideways` }).toBe(0)
    expect.soft(await nameless(page), `${address} at ${width} px: fields without a name`).toEqual([])
  }
  await page.setViewportSize({ width: widths[0]!, height: 900 })
}

/** The pages below those of the menu that this person may open. */
async function pagesBelow(page: Page): Promise<string[]> {
  const may = new Set((await me(page)).permissions)
  const below = ['/profile']
  if (may.has('activity.read')) {
    below.push('/activities?view=calendar')
    const { items } = await read<Answer<'/api/activities'>>(page, '/api/activities?limit=1&sort=-starts_at')
    if (items[0]) below.push(`/activities/${items[0].id}`)
  }
  if (may.has('activity.record')) below.push('/activities/record?kind=branch_meeting')
  if (may.has('quarter_summary.read')) below.push('/reports/member-ledger', '/reports/issued')
  if (may.has('annual_summary.read')) below.push('/reports/annual-summary', '/reports/pennant')
  if (may.has('report.read')) below.push('/reports/verify')
  if (may.has('claim.submit')) below.push('/claims/form', '/ledger/me/statements')
  if (may.has('claim.read')) {
    const { items } = await read<Answer<'/api/claims'>>(page, '/api/claims?limit=1')
    if (items[0]) below.push(`/claims/${items[0].id}`)
  }
  if (may.has('claim.verify')) below.push('/claim-review?state=all')
  if (may.has('notice.read')) {
    const { items } = await read<Answer<'/api/notices'>>(page, '/api/notices?limit=200')
    for (const kind of ['claims', 'totals', 'selection']) {
      const notice = items.find((n) => n.kind === kind)
      if (notice) below.push(`/notices/${notice.id}`)
    }
  }
  if (may.has('selection.read')) {
    const { items } = await read<Answer<'/api/selections'>>(page, '/api/selections?limit=20')
    for (const kind of ['pennant', 'pioneer_post', 'best_pair']) {
      const selection = items.find((s) => s.kind === kind)
      if (selection) below.push(`/selections/${selection.id}`)
      if (selection && kind === 'best_pair') below.push(`/selections/${selection.id}/sheet`)
    }
  }
  if (may.has('honour.read')) {
    const { items } = await read<Answer<'/api/honours'>>(page, '/api/honours?limit=1')
    if (items[0]) below.push(`/honours/${items[0].id}`)
  }
  if (may.has('quarter.check')) {
    const { items } = await read<Answer<'/api/quarters'>>(page, '/api/quarters')
    const closed = items.find((q) => q.state === 'closed')
    if (closed) below.push(`/quarters?quarter=${closed.quarter}`)
  }
  if (may.has('fairness.read')) {
    const { items } = await read<Answer<'/api/quarters'>>(page, '/api/quarters')
    below.push(`/fairness?quarter=${items.at(-1)!.quarter}`)
  }
  if (may.has('talk.read')) {
    below.push('/talks?view=list')
    const { items } = await read<Answer<'/api/talks'>>(page, '/api/talks?limit=200')
    for (const talk of [items.find((t) => t.mine), items.find((t) => !t.mine)]) if (talk) below.push(`/talks/${talk.id}`)
  }
  if (may.has('talk.plan')) {
    const now = (await read<Answer<'/api/talk-plans'>>(page, '/api/talk-plans?limit=1')).items[0]?.year
    if (now) below.push(`/talk-plans?year=${now}`, '/talk-occasions?state=arranged')
  }
  if (may.has('followup.read')) below.push('/followups?state=done')
  if (may.has('duty.read')) below.push('/duties?owner=group', '/duties?owner=deputy', '/duties?owner=leader', '/duties?owner=unit', '/duties/list', '/duties/excuses')
  if (may.has('duty_plan.read')) {
    const plans = await read<Answer<'/api/duty-plans'>>(page, '/api/duty-plans')
    const made = plans.items.find((p) => p.made)
    if (made) below.push(`/duty-plans/${made.branch_id}/${plans.quarter}`)
  }
  if (may.has('meeting_statistics.read')) below.push('/reports/meeting-statistics')
  if (may.has('talk_coverage.read')) below.push('/reports/talk-coverage')
  if (may.has('scheme.review')) {
    const { items } = await read<Answer<'/api/schemes'>>(page, '/api/schemes')
    const id = items[0]!.id
    below.push(`/schemes/${id}/compare`, `/schemes/${id}/trial`)
    if (may.has('scheme.draft')) below.push('/schemes/import', `/schemes/${id}/edit`)
  }
  if (may.has('pairing.read')) {
    const { items } = await read<Answer<'/api/pairings'>>(page, '/api/pairings?limit=1')
    if (items[0]) below.push(`/pairings/${items[0].id}`, `/pairings/${items[0].id}/agreement`)
  }
  if (may.has('taskforce.read')) {
    const { items } = await read<Answer<'/api/taskforces'>>(page, '/api/taskforces?limit=1')
    if (items[0]) below.push(`/taskforces/${items[0].id}`)
  }
  if (may.has('volunteer.read')) {
    const { items } = await read<Answer<'/api/volunteer-actions'>>(page, '/api/volunteer-actions?state=coming&limit=1')
    if (items[0]) below.push(`/volunteer-actions/${items[0].id}`)
    if (items[0]?.can.includes('edit')) below.push(`/volunteer-actions/${items[0].id}/poster`, `/volunteer-actions/${items[0].id}/record`)
  }
  if (may.has('volunteer_certificate.read')) {
    const { items } = await read<Answer<'/api/volunteer-certificates'>>(page, '/api/volunteer-certificates?limit=1')
    if (items[0]) below.push(`/volunteer-certificates/${items[0].id}`)
  }
  if (may.has('volunteer_service.read')) below.push('/reports/volunteer-service', '/reports/volunteer-year')
  if (may.has('people.import')) {
    below.push('/people/import')
    const { items } = await read<Answer<'/api/schemes'>>(page, '/api/schemes')
    below.push(`/schemes/${items[0]!.id}`)
  }
  return below
}

for (const login of ['member', 'secretary1', 'chief', 'office', 'sysadmin', 'security', 'auditor']) {
  test(`every page of ${login} stands on a desk, on a phone and on a narrow phone`, async ({ as }) => {
    const page = await as(login)
    await page.goto('/')
    const links = page.getByRole('navigation', { name: '主菜单' }).getByRole('link')
    await expect(links.first()).toBeVisible()
    for (let i = 0; i < (await links.count()); i++) {
      const address = (await links.nth(i).getAttribute('href')) ?? ''
      await links.nth(i).click()
      await expect(page).toHaveURL((url) => url.pathname === address)
      await expect(links.nth(i)).toHaveAttribute('aria-current', 'page')
      await looksRight(page, address)
    }
    for (const address of await pagesBelow(page)) {
      await page.goto(address)
      await looksRight(page, address)
    }
  })
}

test('the keyboard alone reaches the text and the record form', async ({ as }) => {
  const page = await as('secretary1')
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeFocused()
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeInViewport()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: '记一次活动' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: '记一次活动' })).toBeVisible()

  const kind = page.getByRole('radiogroup', { name: '类型' }).getByRole('radio').first()
  await expect(kind).toBeAttached()
  await expect(page.getByRole('main')).toBeFocused()
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('Tab')
    if (await kind.evaluate((el) => el === document.activeElement)) break
  }
  await expect(kind).toBeFocused()
  await page.keyboard.press('Space')
  await expect(kind).toBeChecked()
  await expect(page.getByLabel('名称', { exact: true })).not.toHaveValue('')
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('名称', { exact: true })).toBeFocused()
})

test('the menu of a phone opens, leads on and closes', async ({ as }) => {
  const page = await as('member', { viewport: { width: 360, height: 720 }, isMobile: true, hasTouch: true })
  await page.goto('/')
  await page.getByRole('button', { name: '打开菜单' }).tap()
  await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '我的台账' }).tap()
  await expect(page).toHaveURL(/\/ledger/)
  await expect(page.getByRole('navigation', { name: '主菜单' })).toBeHidden()
})
