import { ElMessage } from 'element-plus'
import { ref, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { useSubmit } from '@/api/submit'
import { confirmed, type Step } from '@/ui/confirm'
import type { Account } from './accounts'

/** What an administrator can do to an account. */
export type AccountStep = 'reset' | 'disable' | 'enable' | 'unlock' | 'sign-out'

const whole = (a: Account) => `${a.login}（${a.person_name}）`

const questions: Partial<Record<AccountStep, (a: Account) => Step>> = {
  reset: (a) => ({
    title: `重置 ${whole(a)} 的密码？`,
    effect: '原密码立即失效，已登录的设备全部退出。系统给出一次性密码，只显示一次。',
    action: '重置密码',
  }),
  disable: (a) => ({
    title: `停用 ${whole(a)}？`,
    effect: '立即退出所有设备，不能再登录。台账、记录和授权都保留，可以随时重新启用。',
    action: '停用',
    danger: true,
  }),
  'sign-out': (a) => ({
    title: `让 ${whole(a)} 下线？`,
    effect: `已登录的 ${a.sessions} 处立即退出，未提交的内容可能丢失。账号不受影响，可以重新登录。`,
    action: '全部下线',
  }),
}

const done: Record<Exclude<AccountStep, 'reset'>, string> = {
  disable: '已停用。',
  enable: '已启用。',
  unlock: '已解锁，可以重新登录。',
  'sign-out': '已全部下线。',
}

/** Runs the steps, each asked for first if it takes something away. */
export function useAccountSteps(after: () => void): {
  busy: Ref<boolean>
  /** The one-time password of a reset, until the dialog is closed. */
  secret: Ref<{ login: string; password: string } | null>
  take: (step: AccountStep, account: Account) => Promise<void>
} {
  const secret = ref<{ login: string; password: string } | null>(null)

  const { busy, run } = useSubmit(async (step: AccountStep, account: Account) => {
    const params = { path: { id: account.id } }
    if (step === 'reset') {
      const { password } = await ask(api.POST('/api/accounts/{id}/reset', { params }))
      secret.value = { login: account.login, password }
    } else {
      await ask(api.POST(`/api/accounts/{id}/${step}`, { params }))
      ElMessage.success(done[step])
    }
    after()
  })

  async function take(step: AccountStep, account: Account): Promise<void> {
    const question = questions[step]?.(account)
    if (question && !(await confirmed(question))) return
    await run(step, account)
  }

  return { busy, secret, take }
}
