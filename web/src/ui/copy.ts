/**
 * Puts a text on the clipboard; false if the browser does not let us. An intranet
 * without HTTPS has no clipboard API: there the old way through a text field works.
 */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext && navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Refused by a policy of the browser: try the old way.
    }
  }
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.className = 'xf-hidden'
  // Inside the open dialog, which holds the focus.
  ;(document.activeElement?.closest('.el-dialog') ?? document.body).append(field)
  const before = document.activeElement
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (before instanceof HTMLElement) before.focus()
  }
}
