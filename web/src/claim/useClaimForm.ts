import { computed, reactive, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useSession } from '@/account/session'
import { api, ask } from '@/api/client'
import { useLoad } from '@/api/load'
import { asProblem } from '@/api/problem'
import { useSubmit } from '@/api/submit'
import { today } from '@/ui/dates'
import { gradeNames } from '@/taskforce/records'
import { useDraft } from '@/ui/draft'
import { emptyForm, formOf, fromAddress, requestOf, sameContent, unreadable, type ClaimForm } from './form'
import type { ClaimDetail, ClaimHonour, ClaimPreview, ClaimRules, ClaimSaved } from './types'

/**
 * What the form of a claim works with: what can be claimed on its day, what it would
 * come to, and the ways to save it. The address says which claim is open.
 */
export function useClaimForm() {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()

  const id = ref(String(route.query.id ?? ''))
  const stored = ref<ClaimDetail>()
  const version = ref(0)
  const files = ref<ClaimDetail['files']>([])
  const form = reactive<ClaimForm>(fromAddress(emptyForm(session.current?.person.id ?? '', today()), route.query))
  const own = ref<Record<string, string>>({})

  // A copy is kept from the first touch on: what the server filled in is no loss.
  const touched = ref(false)
  const draft = useDraft<ClaimForm>(
    () => `claim.${session.current?.account.id ?? ''}.${id.value || form.appraisal || 'new'}`,
    () => (touched.value ? form : null),
  )
  const kept = ref(draft.kept)

  const rules = ref<ClaimRules>()
  const honours = ref<ClaimHonour[]>([])
  const preview = ref<ClaimPreview>()
  const previewFault = ref('')

  const opening = useLoad(async () => {
    const { items } = await ask(api.GET('/api/claims/beneficiaries'))
    if (id.value) {
      const claim = await ask(api.GET('/api/claims/{id}', { params: { path: { id: id.value } } }))
      stored.value = claim
      version.value = claim.version
      files.value = claim.files
      Object.assign(form, formOf(claim))
      if (kept.value && sameContent(kept.value.form, form)) forget()
    } else if (!items.some((b) => b.id === form.person)) form.person = items[0]?.id ?? ''
    return items
  })

  // What it rests on: as the page shows it, read where the claim is still to be saved.
  const resting = useLoad(async () => {
    if (!form.appraisal || stored.value?.source?.id === form.appraisal) return undefined
    const { items } = await ask(api.GET('/api/appraisals', { params: { query: { mine: form.person === session.current?.person.id || undefined, limit: 200 } } }))
    const a = items.find((one) => one.id === form.appraisal)
    return a && { number: a.number, title: a.taskforce_name, grade: gradeNames[a.grade], text: a.text, day: a.served_to }
  }, () => form.appraisal)
  const source = computed(() => {
    if (!form.appraisal) return undefined
    return stored.value?.source?.id === form.appraisal ? stored.value.source : resting.data.value
  })

  const rule = computed(() => rules.value?.rules.find((r) => r.code === form.rule))

  let asked = 0
  async function readRules(): Promise<void> {
    const mine = ++asked
    if (!form.factOn) return
    try {
      const answer = await ask(api.GET('/api/claims/rules', { params: { query: { day: form.factOn } } }))
      if (mine === asked) rules.value = answer
    } catch (thrown) {
      if (mine !== asked) return
      rules.value = undefined
      own.value = { ...own.value, fact_on: asProblem(thrown).message }
    }
  }
  watch(() => form.factOn, readRules, { immediate: true })

  async function readHonours(): Promise<void> {
    honours.value = []
    if (!form.person) return
    try {
      honours.value = (await ask(api.GET('/api/claims/honours', { params: { query: { person_id: form.person } } }))).items
    } catch (thrown) {
      asProblem(thrown) // suggestions only: the form works without them
    }
  }
  watch(() => form.person, readHonours, { immediate: true })

  let previewed = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => [form.person, form.factOn, form.rule, form.amount, form.honour, rule.value] as const,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void readPreview(), 350)
    },
    { immediate: true },
  )
  async function readPreview(): Promise<void> {
    const mine = ++previewed
    const { rule_code, fact_on, person_id, amount, honour } = requestOf(form, rule.value)
    if (!rule.value || !person_id || !fact_on || (rule.value.per === 'amount' && !amount)) {
      preview.value = undefined
      previewFault.value = ''
      return
    }
    try {
      const query = { claim_id: id.value || undefined, person_id, rule_code, fact_on, amount, honour: honour || undefined }
      const answer = await ask(api.GET('/api/claims/preview', { params: { query } }))
      if (mine !== previewed) return
      preview.value = answer
      previewFault.value = ''
    } catch (thrown) {
      if (mine !== previewed) return
      preview.value = undefined
      previewFault.value = asProblem(thrown).message
    }
  }

  function restore(): void {
    const copy = kept.value?.form
    kept.value = null
    touched.value = true
    if (copy) Object.assign(form, copy)
  }
  function forget(): void {
    kept.value = null
    touched.value = false
    draft.discard()
  }

  const write = useSubmit(
    async (): Promise<ClaimSaved> => {
      const body = requestOf(form, rule.value)
      if (!id.value) return ask(api.POST('/api/claims', { body }))
      return ask(api.PUT('/api/claims/{id}', { params: { path: { id: id.value } }, body: { ...body, version: version.value } }))
    },
    { quiet: true },
  )
  const handIn = useSubmit(
    () => ask(api.POST('/api/claims/{id}/submit', { params: { path: { id: id.value } }, body: { version: version.value } })),
    { quiet: true },
  )

  /** Saves the draft. Answers its id, or undefined when something has to be put right first. */
  async function save(): Promise<string | undefined> {
    write.clear()
    handIn.clear()
    own.value = unreadable(form, rule.value)
    if (Object.keys(own.value).length) return undefined
    const unchanged = stored.value && sameContent(formOf(stored.value), form) && stored.value.id === id.value
    if (unchanged) {
      forget()
      return id.value
    }
    const saved = await write.run()
    if (!saved) return undefined
    forget()
    version.value = saved.version
    if (!id.value) {
      id.value = saved.id
      await router.replace({ path: route.path, query: { id: saved.id } })
    }
    stored.value = await ask(api.GET('/api/claims/{id}', { params: { path: { id: id.value } } }))
    return id.value
  }

  /** The draft that evidence is attached to; saved first where there is none. */
  const ensureDraft = async () => id.value || (await save())

  /** Saves and hands in; true when it is with those who verify. */
  async function submit(): Promise<boolean> {
    if (!(await save())) return false
    return !!(await handIn.run())
  }

  const errors = computed(() => ({ ...own.value, ...write.errors.value, ...handIn.errors.value }))
  return {
    id, form, source, stored, version, files, opening, rules, rule, honours, preview, previewFault, kept, restore, forget, save, submit, ensureDraft, errors,
    touch: () => (touched.value = true),
    problem: computed(() => write.problem.value ?? handIn.problem.value),
    busy: computed(() => write.busy.value || handIn.busy.value),
  }
}
