import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test as base } from './office'

interface Fresh {
  /** The one-time link that the first start of an empty installation prints. */
  link: string
}

const test = base.extend<Fresh>({
  link: async ({ baseURL }, use) => {
    const listen = `127.0.0.1:${Number(new URL(baseURL!).port) + 1}`
    const data = await mkdtemp(join(tmpdir(), 'xianfeng-fresh-'))
    const binary = process.env.XIANFENG_BIN ?? fileURLToPath(new URL('../../bin/xianfeng', import.meta.url))
    const env = { ...process.env }
    delete env.DATABASE_URL // a database of its own
    const server = spawn(binary, ['serve', '--data', data, '--listen', listen], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      await use(await printed(server, /http:\/\/\S+\/setup\?token=\S+/))
    } finally {
      const gone = new Promise((resolve) => server.once('exit', resolve))
      if (server.exitCode === null) {
        server.kill('SIGTERM')
        await gone
      }
      await rm(data, { recursive: true, force: true })
    }
  },
})

/** Waits for what the server says. */
function printed(server: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      const found = wanted.exec(said)
      if (found) resolve(found[0])
    }
    server.stdout?.on('data', hear)
    server.stderr?.on('data', hear)
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)))
  })
}

test('a fresh installation: the one-time link makes the office, and every empty page teaches', async ({ as, link }) => {
  const page = await as(undefined, { baseURL: new URL(link).origin })
  await page.goto(new URL('/setup?token=guessed', link).href)
  await expect(page.getByText('此设置链接无效或已用过')).toBeVisible()

  await page.goto(link)
  await page.getByLabel('单位名称').fill('临江区人民检察院')
  await page.getByLabel('管理员姓名').fill('秦明')
  await page.getByLabel('登录名').fill('qinming')
  await page.getByLabel('密码', { exact: true }).fill('shan-gao-yue-xiao-2026')
  await page.getByLabel('再输一次').fill('shan-gao-yue-xiao-2026')
  await page.getByRole('button', { name: '完成设置并登录' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '秦明' })).toBeVisible()
  await expect(page).toHaveTitle(/临江区人民检察院/)

  // No page of the menu is a blank: each says what is there or what to do.
  const links = page.getByRole('navigation', { name: '主菜单' }).getByRole('link')
  await expect(links.first()).toBeVisible()
  const addresses = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''))
  expect(addresses.length).toBeGreaterThan(3)
  for (const address of addresses) {
    await page.goto(address)
    const main = page.getByRole('main')
    await expect(main.getByRole('heading', { level: 1 }), address).toBeVisible()
    await expect(main.locator('.el-skeleton'), address).toHaveCount(0)
    expect((await main.innerText()).replace(/\s/g, '').length, `characters on ${address}`).toBeGreaterThan(30)
    await expect(main.getByText(/没能读取内容|系统出现故障/), address).toHaveCount(0)
  }

  // The link has done its work.
  await page.goto(link)
  await expect(page.getByText('此设置链接无效或已用过')).toBeVisible()
})
