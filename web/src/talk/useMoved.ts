import { ElMessage } from 'element-plus'
import { h } from 'vue'
import { api, ask } from '@/api/client'
import { showProblem } from '@/api/show'
import type { Talk } from './types'
import { dayWords } from './words'

/** Says where a talk went, with a way back for as long as the message stands. */
export function sayMoved(before: Talk, after: Talk, changed: () => void): void {
  const to = after.planned_on ? dayWords(after.planned_on, after.planned_at) : ''
  const words = `${after.talker_name}与${after.partner_name}的谈话改到 ${to}。`
  const from = before.planned_on
  // A talk that had no day has none to go back to.
  if (!from) {
    ElMessage.success(words)
    return
  }
  const back = async () => {
    message.close()
    try {
      const body = { planned_on: from, planned_at: before.planned_at, reason: 'other' as const, version: after.version }
      await ask(api.POST('/api/talks/{id}/move', { params: { path: { id: after.id } }, body }))
      ElMessage.success(`已改回 ${dayWords(from, before.planned_at)}。`)
    } catch (thrown) {
      showProblem(thrown)
    }
    changed()
  }
  const message = ElMessage({
    type: 'success',
    duration: 10_000,
    showClose: true,
    message: h('span', { class: 'talk-moved' }, [
      `${words} `,
      h('button', { type: 'button', class: 'el-button el-button--small', onClick: back }, '撤销'),
    ]),
  })
}
