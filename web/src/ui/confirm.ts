import { ElMessageBox } from 'element-plus'

/** A step that takes something away, and what it takes away. */
export interface Step {
  /** What is asked: 停用账号 lixm？ */
  title: string
  /** What will have happened, and how to get back. */
  effect: string
  /** The button's word: 停用. */
  action: string
  /** Marks a step that hurts; the button is then red. */
  danger?: boolean
}

/** Asks before a step with an effect. False if the person thinks better of it. */
export async function confirmed({ title, effect, action, danger }: Step): Promise<boolean> {
  try {
    await ElMessageBox.confirm(effect, title, {
      confirmButtonText: action,
      cancelButtonText: '取消',
      confirmButtonClass: danger ? 'el-button--danger' : '',
      autofocus: !danger,
      closeOnClickModal: false,
    })
    return true
  } catch {
    return false
  }
}
