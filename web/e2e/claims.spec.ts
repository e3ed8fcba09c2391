import type { Page } from '@playwright/test'
import { fileClaim, scan } from './claims'
import { expect, read, test, unique, type Answer, type Schemas } from './office'

/** Goes on with Tab until what is looked for has the focus. */
async function tabTo(page: Page, found: (el: Element) => boolean, presses = 80): Promise<void> {
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(`(${found})(document.activeElement)`)) return
  }
  throw new Error(`not reached with ${presses} presses of Tab`)
}

test('a claim is looked at and verified with the keyboard alone', async ({ as }) => {
  const matter = unique('键盘核实的表彰')
  const claim = await fileClaim(await as('leader12'), matter)
  const page = await as('secretary1')
  await page.goto(`/claim-review?q=${encodeURIComponent(matter)}`)
  await expect(page.getByRole('row').filter({ hasText: matter })).toBeVisible()
  await tabTo(page, (el) => el.textContent?.includes('键盘核实的表彰') ?? false)
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('button', { name: '核实通过' })).toBeVisible()
  await expect(drawer).toContainText(scan.name)
  await tabTo(page, (el) => el.textContent?.trim() === '核实通过')
  await page.keyboard.press('Enter')
  await expect(page.getByText('已核实。')).toBeVisible()
  await page.keyboard.press('Escape')
  expect((await read<Schemas['ClaimDetail']>(page, `/api/claims/${claim.id}`)).state).toBe('verified')
})

test('a claim comes back with a reason, is mended and goes in again; pressed twice it is one', async ({ as }) => {
  const matter = unique('连按两次的表彰')
  const leader = await as('leader11')
  await leader.goto('/claims/form')
  const form = leader.locator('.claim-form')
  await form.getByRole('combobox', { name: '为谁申报' }).click()
  await leader.getByRole('option', { name: '高宁（本人）' }).click()
  await form.getByRole('combobox', { name: '依据条款' }).click()
  await leader.getByRole('option', { name: '获区级表彰' }).click()
  await form.getByLabel('荣誉全称').fill(matter)
  await form.getByLabel('事项', { exact: true }).fill(matter)
  await form.getByRole('button', { name: '提交申报' }).click()
  await expect(form.locator('.el-form-item__error')).toContainText(/证明/)
  await form.getByLabel('选择证明材料').setInputFiles(scan)
  await expect(form.getByRole('button', { name: scan.name, exact: true })).toBeVisible()
  await form.getByRole('button', { name: '提交申报' }).dblclick()
  await expect(leader).toHaveURL(/\/claims\/[0-9a-f-]{36}$/)
  const id = leader.url().split('/').pop()!
  const found = await read<Answer<'/api/claims'>>(leader, `/api/claims?mine=true&q=${encodeURIComponent(matter)}`)
  expect(found.items.map((c) => c.id)).toEqual([id])

  const secretary = await as('secretary1')
  await secretary.goto(`/claims/${id}`)
  // Somebody else's claim lies below 申报核实.
  await expect(secretary.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '申报核实' })).toHaveAttribute('aria-current', 'page')
  await secretary.getByRole('button', { name: '退回' }).click()
  const asking = secretary.getByRole('dialog', { name: '退回申报' })
  await asking.getByLabel('原因').fill('请补充表彰文件的文号')
  await asking.getByRole('button', { name: '退回' }).click()
  await expect(secretary.getByText('已退回。')).toBeVisible()

  await leader.goto('/claims?state=draft,returned')
  await leader.getByRole('link', { name: matter }).click()
  await expect(leader.getByRole('main')).toContainText('退回原因：请补充表彰文件的文号')
  await expect(leader.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '我的申报' })).toHaveAttribute('aria-current', 'page')
  await leader.getByRole('button', { name: '修改' }).click()
  await form.getByLabel('情况说明').fill('区委〔2026〕18号')
  await form.getByRole('button', { name: '提交申报' }).click()
  await expect(leader.getByRole('main')).toContainText('待核实')
  await leader.getByRole('button', { name: '撤回' }).click()
  const withdrawing = leader.getByRole('dialog', { name: '撤回申报' })
  await withdrawing.getByLabel('原因').fill('另行申报')
  await withdrawing.getByRole('button', { name: '撤回' }).click()
  await expect(leader.getByText('已撤回。')).toBeVisible()
})
