import { defineConfig, devices } from '@playwright/test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const port = Number(process.env.XIANFENG_E2E_PORT ?? 8125)
const baseURL = `http://127.0.0.1:${port}`
// While a test is being written it may look at an office that already runs.
const reuse = process.env.XIANFENG_E2E_REUSE === '1'
const pictures = process.env.XIANFENG_E2E_PICTURES === '1'
// The tests' processes inherit it: one of them goes to the office's database (office-clock.ts).
const data = (process.env.XIANFENG_E2E_DATA ??= join(tmpdir(), `xianfeng-e2e-${process.pid}`))

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: false,
  // One office, one database: the stories share the server, not each other's records.
  workers: 1,
  retries: reuse ? 0 : 1,
  forbidOnly: !!process.env.CI,
  // Generous: on a machine that is busy with other things a step may take seconds.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  // The pictures of README are taken by `npm run pictures`, not by the tests.
  grep: pictures ? /@pictures/ : undefined,
  grepInvert: pictures ? undefined : /@pictures/,
  use: {
    baseURL,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    // A trace makes everything slower; what failed once is run again with one.
    trace: 'on-first-retry',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
      ],
    },
  },
  projects: [{ name: 'chromium', use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 } } }],
  webServer: {
    command: `sh e2e/office.sh ${port} ${data}`,
    url: `${baseURL}/readyz`,
    timeout: 240_000,
    reuseExistingServer: reuse,
    env: { XIANFENG_LOG_LEVEL: 'warn' },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
  },
})
