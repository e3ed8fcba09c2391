import type { components } from '@/api/schema'

export type Absence = components['schemas']['Absence']
export type AbsenceKind = Absence['kind']

export const absenceKinds: { value: AbsenceKind; label: string }[] = [
  { value: 'leave', label: '请假' },
  { value: 'business', label: '出差' },
  { value: 'training', label: '培训学习' },
  { value: 'other', label: '其他' },
]

export const absenceKindName = (kind: AbsenceKind) => absenceKinds.find((k) => k.value === kind)?.label ?? kind
