import { ElMessage } from 'element-plus'
import { computed, type Ref } from 'vue'
import { useSession } from '@/account/session'
import { api, ask } from '@/api/client'
import { useSubmit } from '@/api/submit'
import { confirmed } from '@/ui/confirm'
import type { Talk } from './types'
import { withWhom } from './words'

/** Confirming and denying that a talk was held; `after` is called with what became of it. */
export function useTalkSteps(after: (talk: Talk) => Promise<void>) {
  const session = useSession()
  const me = computed(() => session.current?.person.id)
  const at = (t: Talk) => ({ params: { path: { id: t.id } }, body: { version: t.version } })

  const confirming = useSubmit(async (t: Talk) => {
    const now = await ask(api.POST('/api/talks/{id}/confirm', at(t)))
    ElMessage.success(`已确认与${withWhom(t, me.value)}的谈话。`)
    await after(now)
  })
  const denying = useSubmit(async (t: Talk) => {
    const who = withWhom(t, me.value)
    const own = t.reported_by === me.value
    const gone = t.type === 'ad_hoc' ? '这条登记会取消，对方会看到。' : '这次谈话恢复为待谈，等待重新安排；对方会看到。'
    const sure = await confirmed({
      title: own ? `撤回与${who}谈话的登记？` : `与${who}的谈话没有进行？`,
      effect: gone,
      action: own ? '撤回登记' : '没有谈',
    })
    if (!sure) return
    const now = await ask(api.POST('/api/talks/{id}/denial', at(t)))
    ElMessage.success(t.type === 'ad_hoc' ? '已取消。' : '已恢复为待谈。')
    await after(now)
  })
  const busy: Ref<boolean> = computed(() => confirming.busy.value || denying.busy.value)
  return { me, confirm: confirming.run, deny: denying.run, busy }
}
