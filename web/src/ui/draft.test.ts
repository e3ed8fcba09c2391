import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, reactive, ref } from 'vue'
import { useDraft } from './draft'

// A Storage in memory: what a browser offers, without a browser.
function memory(): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (n) => [...items.keys()][n] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  }
}

beforeEach(() => vi.useFakeTimers({ now: new Date('2026-03-05T00:00:00Z') }))
afterEach(() => vi.useRealTimers())

function open(storage: Storage, name = 'li.new') {
  const form = reactive({ title: '' })
  const scope = effectScope()
  const draft = scope.run(() => useDraft(name, () => form, storage))!
  return { form, draft, close: () => scope.stop() }
}

it('keeps what was typed, for the same person and form only', async () => {
  const storage = memory()
  const first = open(storage)
  expect(first.draft.kept).toBeNull()
  first.form.title = '三月支部党员大会'
  await nextTick()
  vi.advanceTimersByTime(500)

  expect(open(storage).draft.kept?.form).toEqual({ title: '三月支部党员大会' })
  expect(open(storage, 'wang.new').draft.kept).toBeNull()
})

it('keeps the last words when the page is left at once', async () => {
  const storage = memory()
  const first = open(storage)
  first.form.title = '半句'
  await nextTick()
  first.close()
  expect(open(storage).draft.kept?.form.title).toBe('半句')
})

it('keeps them under the name of whoever typed them, when the session ends in between', async () => {
  const storage = memory()
  const who = ref('li')
  const form = reactive({ title: '' })
  const scope = effectScope()
  scope.run(() => useDraft(() => `${who.value}.new`, () => form, storage))
  form.title = '登录过期前的最后一句'
  await nextTick()
  who.value = ''
  scope.stop()
  expect(open(storage).draft.kept?.form.title).toBe('登录过期前的最后一句')
})

it('is gone after the form was sent, and stays gone', async () => {
  const storage = memory()
  const first = open(storage)
  first.form.title = '已提交'
  await nextTick()
  first.draft.discard()
  first.close()
  expect(storage.length).toBe(0)
})

it('forgets old drafts and survives broken ones', async () => {
  const storage = memory()
  const first = open(storage)
  first.form.title = '旧稿'
  await nextTick()
  first.close()
  vi.setSystemTime(new Date('2026-05-01T00:00:00Z'))
  expect(open(storage).draft.kept).toBeNull()
  expect(storage.length).toBe(0)

  storage.setItem('xianfeng.draft.li.new', '{broken')
  expect(open(storage).draft.kept).toBeNull()
})

it('keeps nothing while there is nothing, and follows the name of its record', async () => {
  const storage = memory()
  const form = reactive({ title: '' })
  let touched = false
  let name = 'li.new'
  const scope = effectScope()
  const at = ref(0)
  const draft = scope.run(() => useDraft(() => name, () => (at.value && touched ? form : null), storage))!
  form.title = '建议的名称'
  at.value++
  await nextTick()
  vi.advanceTimersByTime(500)
  expect(open(storage).draft.kept).toBeNull()

  touched = true
  at.value++
  await nextTick()
  vi.advanceTimersByTime(500)
  expect(open(storage).draft.kept?.form).toEqual({ title: '建议的名称' })
  draft.discard()
  name = 'li.42'
  form.title = '改过的名称'
  await nextTick()
  vi.advanceTimersByTime(500)
  expect(open(storage).draft.kept).toBeNull()
  expect(open(storage, 'li.42').draft.kept?.form).toEqual({ title: '改过的名称' })
  scope.stop()
})
