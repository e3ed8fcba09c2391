import { describe, expect, it } from 'vitest'
import { detailLines, objectName } from './words'

describe('an entry of the audit log', () => {
  it('tells changes from what to what', () => {
    const change = { field: 'nation', name: '民族', from: '', to: '回族' }
    expect(detailLines([change])).toEqual([{ name: '民族', from: '（空）', to: '回族' }])
  })

  it('tells plain facts by name, and leaves out what is empty', () => {
    const nobody = '00000000-0000-0000-0000-000000000000'
    expect(detailLines({ role: 'member', place: '', branch: nobody, veto: false, more: [1] })).toEqual([
      { name: '角色', to: 'member' },
      { name: 'veto', to: '否' },
      { name: 'more', to: '1' },
    ])
    expect(detailLines({ counts: { new: 2, bad: 0 }, new_places: { branches: ['第一党支部', '第二党支部'] } })).toEqual([
      { name: '行数统计', to: '新增：2；有误：0' },
      { name: '新建的组织', to: '党支部：第一党支部、第二党支部' },
    ])
  })

  it('has nothing to say where there is no detail', () => {
    expect(detailLines(undefined)).toEqual([])
    expect(detailLines('text')).toEqual([])
  })

  it('shows a name it does not know as it is', () => {
    expect(objectName('person')).toBe('人员')
    expect(objectName('something_new')).toBe('something_new')
  })
})
