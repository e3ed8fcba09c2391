/** Fewest characters of a password; the server holds to the same figure and refuses common ones besides. */
export const shortestPassword = 12

/** What is wrong with a new password, said before it is sent; empty if nothing is. */
export function passwordFault(password: string, login = ''): string {
  const length = [...password].length
  if (length < shortestPassword) return `密码至少 ${shortestPassword} 个字符，现在是 ${length} 个。`
  if (new Set(password).size < 5) return '密码的字符过于重复，请换一个。'
  if (login && password.toLowerCase().includes(login.toLowerCase())) return '密码不能包含登录名。'
  return ''
}
