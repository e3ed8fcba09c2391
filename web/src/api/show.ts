import { ElMessage } from 'element-plus'
import { asProblem } from './problem'

/** Says what went wrong in a message at the top of the page. */
export function showProblem(thrown: unknown): void {
  const problem = asProblem(thrown)
  // A session that ended has already brought the person to the sign-in page, which says so.
  if (problem.code === 'unauthenticated') return
  const number = problem.code === 'internal' && problem.requestId ? `（故障编号 ${problem.requestId}）` : ''
  ElMessage({
    type: problem.code === 'rule_broken' || problem.code === 'conflict' ? 'warning' : 'error',
    message: problem.message + number,
    duration: number ? 10_000 : 5000,
    showClose: true,
    grouping: true,
  })
}
