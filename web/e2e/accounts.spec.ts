import { demoPassword, expect, read, signIn, test, unique, type Answer } from './office'

test('an account from its first day to a lock: who made it, who may do what, who tried', async ({ as }) => {
  const login = unique('e2e')
  const own = 'fu-qiao-shan-shui-2026'

  // The system administrator makes it; the password is shown once.
  const system = await as('sysadmin')
  await system.goto('/accounts')
  await system.getByRole('button', { name: '新建账号' }).first().click()
  const making = system.getByRole('dialog', { name: '新建账号' })
  const [someone] = (await read<Answer<'/api/accounts/newcomers'>>(system, '/api/accounts/newcomers?q=')).items
  const name = someone!.name
  await making.getByRole('combobox').fill(name)
  // The list under the field is read anew as one types: what was pressed has to stay chosen.
  await expect(async () => {
    await system.getByRole('option', { name }).first().click({ timeout: 2000 })
    await expect(making.getByText(name, { exact: true })).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 20_000 })
  await making.getByLabel('登录名').fill(login)
  await making.getByRole('button', { name: '建立账号，生成一次性密码' }).click()
  const secret = system.getByRole('dialog', { name: '一次性密码' })
  await expect(secret).toContainText(login)
  const once = (await secret.locator('code').innerText()).trim()
  expect(once.length).toBeGreaterThanOrEqual(12)
  await secret.getByRole('button', { name: '已记下，关闭' }).click()
  await expect(secret).toBeHidden()
  await expect(system.getByText(once)).toHaveCount(0)
  const row = system.getByRole('row').filter({ hasText: login })
  await expect(row).toContainText('待改密码')

  // Its owner can do nothing but choose another password.
  const person = await as()
  const enter = async (password: string) => {
    await person.getByLabel('登录名').fill(login)
    await person.getByLabel('密码').fill(password)
    await person.getByRole('button', { name: '登录' }).click()
  }
  await person.goto('/ledger')
  await enter(once)
  await expect(person.getByRole('heading', { name: '请先修改密码' })).toBeVisible()
  await person.goto('/activities')
  await expect(person.getByRole('heading', { name: '请先修改密码' })).toBeVisible()
  expect((await person.request.get('/api/desk')).status()).toBe(403)
  await person.getByLabel('当前密码').fill(once)
  await person.getByLabel('新密码').fill('太短')
  await person.getByLabel('再输一次').fill('太短')
  await expect(person.getByText(/密码至少 \d+ 个字符/)).toBeVisible()
  await expect(person.getByRole('button', { name: '修改密码' })).toBeDisabled()
  await person.getByLabel('新密码').fill(own)
  await person.getByLabel('再输一次').fill(own)
  await person.getByRole('button', { name: '修改密码' }).click()
  await expect(person.getByRole('heading', { level: 1, name })).toBeVisible()
  await person.goto('/reports')
  await expect(person.getByRole('tab', { name: '个人积分台账' })).toBeVisible()
  await expect(person.getByRole('tab', { name: '季度积分汇总' })).toHaveCount(0)

  // The security administrator gives a role; it holds after the next sign-in.
  const security = await as('security')
  await security.goto('/grants')
  await security.getByRole('button', { name: '授予角色' }).click()
  const giving = security.getByRole('dialog', { name: '授予角色' })
  await giving.getByRole('combobox').first().fill(login)
  await security.getByRole('option', { name: login }).click()
  await giving.getByText('选择角色').click()
  await security.getByRole('option', { name: '党组 / 院领导' }).click()
  await giving.getByRole('button', { name: '授予', exact: true }).click()
  await expect(security.getByText('已授予，立即生效')).toBeVisible()
  await security.getByLabel('姓名或拼音').fill(name)
  await expect(security.getByRole('row').filter({ hasText: name }).filter({ hasText: '院领导' })).toBeVisible()
  await person.goto('/reports')
  await enter(own)
  await expect(person.getByRole('tab', { name: '季度积分汇总' })).toBeVisible()

  // Five wrong tries, and even the right password has to wait, until somebody unlocks.
  for (let i = 0; i < 5; i++) {
    const answer = await person.request.post('/api/session', { data: { login, password: `wrong-${i}` } })
    expect(answer.status()).toBe(401)
  }
  await person.getByRole('button', { name: /个人菜单/ }).click()
  await person.getByRole('menuitem', { name: '退出登录' }).click()
  await enter(own)
  await expect(person.getByRole('alert')).toContainText(/密码连续输错 5 次.*分钟后再试/)
  await system.getByLabel('登录名、姓名或拼音').fill(login)
  await system.reload()
  await expect(row).toContainText('已锁定')
  await row.getByRole('button', { name: '解锁' }).click()
  await expect(system.getByText('已解锁，可以重新登录')).toBeVisible()
  await enter(own)
  await expect(person.getByRole('heading', { level: 1, name })).toBeVisible()

  // The auditor finds every step, and who took it.
  const auditor = await as('auditor')
  await auditor.goto('/audit')
  const log = auditor.getByRole('region', { name: '审计日志' })
  const find = async (text: string) => {
    await auditor.getByLabel('操作人、操作或说明').fill(text)
    await expect(auditor).toHaveURL(new RegExp(`q=${encodeURIComponent(text)}`))
  }
  await find(login)
  await expect(log.getByRole('row').filter({ hasText: '刘玉兰' }).filter({ hasText: login }).first()).toBeVisible()
  await expect(log.getByRole('row').filter({ hasText: '被拒绝' }).first()).toBeVisible()
  await find(name)
  const granted = log.getByRole('row').filter({ hasText: '郑永胜' }).filter({ hasText: '院领导' }).first()
  await granted.getByRole('button').click()
  await expect(auditor.getByRole('dialog', { name: '审计记录' })).toContainText('grant')

  // Leave the office as it was found.
  const { items } = await read<Answer<'/api/grants'>>(security, `/api/grants?q=${encodeURIComponent(name)}`)
  const grant = items.find((g) => g.person_id === someone!.id && g.role === 'leading_group')
  expect((await security.request.delete(`/api/grants/${grant!.id}`)).ok()).toBe(true)
})

test('nobody opens what their role does not, and nobody signs in with a guess', async ({ as }) => {
  const page = await as()
  const guess = await page.request.post('/api/session', { data: { login: unique('nobody'), password: demoPassword } })
  expect(guess.status()).toBe(401)
  await signIn(page, 'sysadmin')
  await page.goto('/audit')
  await expect(page.getByRole('heading', { name: '没有权限', exact: true })).toBeVisible()
  await expect(page.getByRole('main')).toContainText('为什么我不能看')
  expect((await page.request.get('/api/audit')).status()).toBe(403)
  await page.goto('/no-such-page')
  await expect(page.getByText('没有这个页面')).toBeVisible()
})
