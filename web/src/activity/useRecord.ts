import { computed, reactive, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useSession } from '@/account/session'
import { api, ask } from '@/api/client'
import { useLoad } from '@/api/load'
import { showProblem } from '@/api/show'
import { useSubmit } from '@/api/submit'
import { useDraft } from '@/ui/draft'
import { today } from '@/ui/dates'
import {
  applySuggestion, emptyForm, isBlank, lengthOf, organiserOf, quorumOf, requestOf, sameContent, unreadable, withExpected, type RecordForm, type Suggested,
} from './form'
import { loadKinds } from './kinds'
import { expectedOf, formOf, suggestedOf } from './loadForm'
import { recordableOrganisers } from './organisers'
import type { ActivityDetail, Saved, Suggestion } from './types'

/** The draft as it stands: the amendment on its way, or a record that was never confirmed. */
async function openDraft(id: string): Promise<ActivityDetail> {
  const read = (version?: number) => ask(api.GET('/api/activities/{id}', { params: { path: { id }, query: { version } } }))
  const standing = await read()
  const amendment = standing.versions.find((v) => v.state === 'draft' && v.version !== standing.version)
  return amendment ? read(amendment.version) : standing
}

/**
 * What the record page works with: the form, what the server suggests for it, and
 * the ways to save it. The address says which draft is open (`id`), or what a new
 * one is about (`kind`, `organiser`, `day`).
 */
export function useRecord() {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()

  const id = ref(String(route.query.id ?? ''))
  const rowVersion = ref(0)
  const stored = ref<ActivityDetail>()
  const form = reactive<RecordForm>(emptyForm(today()))
  const files = ref<ActivityDetail['files']>([])
  const suggestion = ref<Suggestion>()
  const own = ref<Record<string, string>>({})
  let before: Suggested = {}

  // A copy is kept from the first touch on: what the server filled in is no loss.
  const touched = ref(false)
  const draft = useDraft<RecordForm>(
    () => `record.${session.current?.account.id ?? ''}.${id.value || 'new'}`,
    () => (touched.value ? form : null),
  )
  const kept = ref(draft.kept)

  const opening = useLoad(async () => {
    const [kinds, organisers] = await Promise.all([
      loadKinds(),
      recordableOrganisers(session.current?.branch_id),
    ])
    if (id.value) {
      take(await openDraft(id.value))
      if (kept.value && sameContent({ ...emptyForm(form.day), ...kept.value.form }, form)) forget()
    } else begin(organisers.map((o) => o.key))
    return { kinds, organisers }
  })

  function take(a: ActivityDetail): void {
    stored.value = a
    rowVersion.value = a.row_version
    files.value = a.files
    fill(formOf(a))
  }

  // What was written before is taken as it is; only who is expected is asked anew.
  let filling = false
  function fill(written: RecordForm): void {
    filling = true
    Object.assign(form, written)
    filling = false
    void suggest(true)
  }

  function begin(organisers: string[]): void {
    const asked = String(route.query.organiser ?? '')
    form.organiser = organisers.includes(asked) ? asked : (organisers[0] ?? '')
    if (typeof route.query.day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(route.query.day)) form.day = route.query.day
    form.kind = String(route.query.kind ?? '')
    if (form.kind) void suggest()
  }

  const kinds = computed(() => {
    const { kind } = organiserOf(form.organiser)
    return (opening.data.value?.kinds ?? []).filter((k) => (k.active || k.code === form.kind) && k.organisers.includes(kind))
  })
  const kind = computed(() => opening.data.value?.kinds.find((k) => k.code === form.kind))
  const volunteering = computed(() => kind.value?.category === 'volunteering')
  const open = computed(() => kind.value?.expected === 'nobody')
  const needs = (what: string) => kind.value?.needs.includes(what) ?? false
  const quorum = computed(() => {
    const rule = suggestion.value?.quorum
    return rule ? quorumOf(form.people, form.election ? rule.election_percent : rule.percent) : undefined
  })
  const lateAfter = computed(() => {
    const last = suggestion.value?.late_after
    return last && today() > last && !(stored.value && stored.value.version > 1) ? last : ''
  })

  let asked = 0
  /** Asks who is expected and what the last record of the kind tells. `onlyPeople` leaves what is written alone. */
  async function suggest(onlyPeople = false): Promise<void> {
    const { kind: organiserKind, id: organiser } = organiserOf(form.organiser)
    if (!form.kind || !organiserKind || !form.day) return
    const query = { kind: form.kind, organiser_kind: organiserKind as 'unit', organiser_id: organiser || undefined, date: form.day }
    const mine = ++asked
    let answer: Suggestion
    try {
      answer = await ask(api.GET('/api/activities/suggest', { params: { query } }))
    } catch (thrown) {
      if (mine === asked) showProblem(thrown)
      return
    }
    // Only the last question counts: who changes the kind twice wants the second one's people.
    if (mine !== asked) return
    suggestion.value = answer
    if (!onlyPeople) {
      const words = suggestedOf(answer)
      for (const one of [answer.host, answer.recorder]) if (one) form.names[one.id] = one.name
      applySuggestion(form, words, before)
      before = words
    }
    if (!open.value) form.people = withExpected(form.people, expectedOf(answer))
  }

  function chooseKind(code: string): void {
    const wasOpen = open.value
    form.kind = code
    // A list of who came is not a list of who should have come, and the other way round.
    if (!(wasOpen && open.value)) form.people = form.people.filter((p) => p.status === 'guest')
    void suggest()
  }
  function chooseOrganiser(key: string): void {
    form.organiser = key
    if (!kinds.value.some((k) => k.code === form.kind)) {
      form.kind = ''
      form.people = []
      suggestion.value = undefined
    } else void suggest()
  }
  watch(
    () => form.day,
    (day, old) => !filling && day && old && void suggest(),
    { flush: 'sync' },
  )

  // Volunteering lasts as long as the activity, unless somebody says otherwise.
  watch(
    () => (volunteering.value ? lengthOf(form) : null),
    (length, old) => {
      if (length && length > 0 && (!form.minutes || form.minutes === String(old))) form.minutes = String(length)
    },
  )

  function restore(): void {
    const copy = kept.value?.form
    kept.value = null
    touched.value = true
    if (copy) fill({ ...emptyForm(copy.day), ...copy }) // one kept by an earlier version lacks what came since
  }
  function forget(): void {
    kept.value = null
    touched.value = false
    draft.discard()
  }

  const body = () => requestOf(form, volunteering.value)
  const at = () => ({ path: { id: id.value } })
  const write = useSubmit(
    async (confirm: boolean): Promise<Saved> => {
      if (!id.value) return ask(api.POST('/api/activities', { body: { ...body(), confirm } }))
      const row_version = rowVersion.value
      if (!confirm) return ask(api.PUT('/api/activities/{id}', { params: at(), body: { ...body(), row_version } }))
      return ask(api.POST('/api/activities/{id}/confirm', { params: at(), body: { row_version, record: body() } }))
    },
    { quiet: true },
  )

  /** Saves, or saves and confirms in one request. Answers undefined when something has to be put right first. */
  async function save(confirm: boolean): Promise<Saved | undefined> {
    form.resolutions = form.resolutions.filter((r) => !isBlank(r))
    write.clear()
    own.value = unreadable(form)
    if (Object.keys(own.value).length) return undefined
    const saved = await write.run(confirm)
    if (!saved) return undefined
    forget()
    rowVersion.value = saved.row_version
    if (saved.state === 'draft' && !id.value) {
      id.value = saved.id
      await router.replace({ path: route.path, query: { id: saved.id } })
    }
    return saved
  }

  const errors = computed(() => ({ ...own.value, ...write.errors.value }))
  return {
    id, form, files, stored, opening, kinds, kind, volunteering, open, needs, quorum, lateAfter, suggestion,
    chooseKind, chooseOrganiser, kept, restore, forget, save, errors,
    touch: () => (touched.value = true),
    problem: write.problem, busy: write.busy,
  }
}
