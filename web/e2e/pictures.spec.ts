// The pictures of README, out of a demo office that nobody has touched: npm run pictures.

import type { Page } from '@playwright/test'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { freeSlot } from './meeting'
import { expect, me, phone, read, test, type Answer } from './office'

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
/** Bytes: README shall open quickly. */
const largest = 250_000

/** Takes the picture once nothing moves any more: charts draw themselves. */
async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  let shot: Buffer = Buffer.alloc(0)
  await expect
    .poll(async () => {
      const before = shot
      shot = await page.screenshot({ animations: 'disabled', caret: 'hide' })
      return shot.equals(before)
    }, { intervals: [300] })
    .toBe(true)
  expect(shot.length, `${name}.png`).toBeLessThan(largest)
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}${name}.png`, shot)
}

test('desk and record form @pictures', async ({ as }) => {
  const page = await as('secretary1')
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '近期活动' })).toBeVisible()
  await picture(page, 'desk')

  const { day } = await freeSlot(page)
  await page.setViewportSize({ width: 1440, height: 1690 })
  await page.goto('/activities/record')
  await page.getByText('党员大会', { exact: true }).click()
  const attendance = page.locator('.attendance')
  await attendance.getByText('邓建国', { exact: true }).click()
  await page.getByLabel('邓建国缺席的原因').getByText('病假').click()
  await attendance.getByText('高建国', { exact: true }).click()
  await page.getByLabel('高建国缺席的原因').getByText('公务').click()
  await page.getByLabel('日期', { exact: true }).fill(day)
  await page.keyboard.press('Enter')
  await page.getByLabel('内容').fill('学习党章修正案，讨论支部下半年工作计划，表决一项。')
  await page.getByRole('button', { name: '添加决议' }).click()
  await page.getByLabel('第 1 项决议的内容').fill('通过支部下半年工作计划')
  await page.getByRole('button', { name: '全体赞成' }).click()
  await page.getByLabel('第 1 项决议的内容').blur()
  await page.getByRole('heading', { level: 1 }).click()
  await page.evaluate(() => scrollTo(0, 0))
  await picture(page, 'record')
})

test('ledger on a desk and on a phone @pictures', async ({ as }) => {
  const page = await as('member')
  const { items } = await read<Answer<'/api/quarters'>>(page, '/api/quarters')
  // The last whole quarter has more to show than the first days of the running one.
  const quarter = items[1]!.quarter
  await page.goto(`/ledger?quarter=${quarter}`)
  await expect(page.getByRole('region', { name: '明细' })).toBeVisible()
  await picture(page, 'ledger')
  const small = await as('member', { viewport: phone, isMobile: true, hasTouch: true })
  await small.goto(`/ledger?quarter=${quarter}`)
  await expect(small.getByRole('region', { name: '明细' })).toBeVisible()
  await picture(small, 'phone')
})

test('report @pictures', async ({ as }) => {
  const page = await as('secretary1')
  const { branch_id: branch } = await me(page)
  await page.goto(`/reports/quarter-summary?branch=${branch}`)
  await expect(page.getByRole('article')).toBeVisible()
  await picture(page, 'report')
})

test('claims to verify, a quarter to close, a selection with its arithmetic @pictures', async ({ as }) => {
  const secretary = await as('secretary2')
  await secretary.goto('/claim-review')
  const claims = secretary.getByRole('region', { name: '积分申报' })
  await expect(claims.getByRole('row').nth(1)).toBeVisible()
  await claims.getByRole('row').nth(1).getByRole('button').first().click()
  await expect(secretary.getByRole('dialog').getByRole('button', { name: '核实通过' })).toBeVisible()
  await picture(secretary, 'claims')

  const chief = await as('chief')
  await chief.goto('/quarters')
  await expect(chief.getByRole('region', { name: '结账清单' })).toBeVisible()
  await picture(chief, 'quarter')
  const { items } = await read<Answer<'/api/selections'>>(chief, '/api/selections?kind=pennant&limit=1')
  await chief.goto(`/selections/${items[0]!.id}`)
  await expect(chief.getByRole('region', { name: '计算表' }).getByRole('row').nth(1)).toBeVisible()
  await picture(chief, 'selection')
})
