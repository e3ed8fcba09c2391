import type { components } from '@/api/schema'

export type Account = components['schemas']['Account']

/** What matters most about an account, worst first. */
export type AccountState = 'disabled' | 'locked' | 'first' | 'good'

export const accountStates: Record<AccountState, { name: string; tag: 'info' | 'danger' | 'warning' | 'success'; hint: string }> = {
  disabled: { name: '已停用', tag: 'info', hint: '不能登录；启用后用原密码登录。' },
  locked: { name: '已锁定', tag: 'danger', hint: '密码连续输错，15 分钟后自动解锁，也可以现在解锁。' },
  first: { name: '待改密码', tag: 'warning', hint: '用的是一次性密码，下次登录须修改。' },
  good: { name: '正常', tag: 'success', hint: '' },
}

export function stateOf(account: Pick<Account, 'disabled_at' | 'locked' | 'must_change'>): AccountState {
  if (account.disabled_at) return 'disabled'
  if (account.locked) return 'locked'
  return account.must_change ? 'first' : 'good'
}

/** A login made of a name's pinyin, as the server will take it; empty if there is no pinyin. */
export function loginFrom(pinyin: string): string {
  return pinyin.toLowerCase().replace(/[^a-z0-9._-]/g, '').replace(/^[._-]+/, '').slice(0, 40)
}

/** What is wrong with a login, said before it is sent; empty if nothing is. */
export function loginFault(login: string): string {
  if (/^[a-z0-9][a-z0-9._-]{1,39}$/.test(login)) return ''
  return '2 到 40 个字符，只用小写字母、数字和 . _ -，以字母或数字开头。'
}
