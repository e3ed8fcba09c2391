import type { components } from '@/api/schema'
import type { TaskforceDetail, TaskforceOf } from './records'

export type State = TaskforceOf['state']
export type Task = components['schemas']['TaskforceTask']
export type Member = TaskforceDetail['staff'][number]
export type Outsider = TaskforceDetail['outsiders'][number]
export type Kind = TaskforceDetail['kind']

export const stateNames: Record<State, string> = {
  proposed: '待审批', approved: '已批准', active: '运行中', concluded: '已结项', archived: '已归档', rejected: '未批准',
}
export const stateTags: Record<State, 'primary' | 'success' | 'info' | 'warning' | 'danger'> = {
  proposed: 'warning', approved: 'primary', active: 'success', concluded: 'info', archived: 'info', rejected: 'danger',
}

export type TaskState = Task['state']
export const taskNames: Record<TaskState, string> = { todo: '待办', doing: '进行中', done: '已完成', dropped: '不再办理' }
export const taskStates: TaskState[] = ['todo', 'doing', 'done', 'dropped']

/** Tasks by the column of the board; each column as the server has ordered them. */
export function columnsOf(tasks: Task[]): { state: TaskState; name: string; tasks: Task[] }[] {
  return taskStates.map((state) => ({ state, name: taskNames[state], tasks: tasks.filter((t) => t.state === state) }))
}

/** Whether a move asks for words: why it is dropped, and, if one likes, how it was done. */
export const asksNote = (to: TaskState) => to === 'done' || to === 'dropped'

/** Where the arrow keys take a task from its column; undefined at the edges. */
export function besides(state: TaskState, key: string): TaskState | undefined {
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
  return step ? taskStates[taskStates.indexOf(state) + step] : undefined
}

export type Office = Member['office']

/** The offices of a kind, as it calls them. */
export function officeNames(kind: { head: string }): Record<Office, string> {
  return { secretary: kind.head, deputy: `副${kind.head}`, officer: '委员（写明分工）', member: '成员' }
}

/** "21 人（党员 18 人），外单位 3 人". */
export function headcount(t: { members: number; party_members: number; outsiders: number }): string {
  const own = t.members ? `${t.members} 人${t.party_members ? `（党员 ${t.party_members} 人）` : ''}` : '还没有人'
  return t.outsiders ? `${own}，外单位 ${t.outsiders} 人` : own
}

/** What the first steps of a life still wait for, to whoever may take them. */
export function waitsFor(t: { state: State; members: number; can: string[] }): string {
  if (t.state === 'proposed') return t.can.includes('approve') ? '等您审批：核对任务和负责单位后批准，或说明原因退回。' : '正在等待审批，批准后抽调人员。'
  if (t.state !== 'approved') return ''
  if (!t.can.includes('staff')) return '已经批准，由机关党委办公室抽调人员后启动。'
  return t.members ? '人员到位后就可以启动。' : '已经批准，请先在“成员”里抽调人员，再启动。'
}
