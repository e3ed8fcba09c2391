import { expect, it } from 'vitest'
import { passwordFault } from './password'
import { groupPermissions, permissionName, readPermission } from './permissions'

it('says what is wrong with a password', () => {
  expect(passwordFault('short')).toContain('至少 12')
  expect(passwordFault('aaaaaaaaaaaaaa')).toContain('重复')
  expect(passwordFault('liming-2026-xyz', 'liming')).toContain('登录名')
  expect(passwordFault('清晨 河岸 灯塔 石榴 春耕')).toBe('')
})

it('reads permissions in Chinese and hides no new one', () => {
  expect(permissionName('activity.confirm')).toBe('确认活动记录')
  expect(permissionName('rocket.launch')).toBe('launchrocket')
  expect(readPermission('audit')).toEqual({ resource: 'audit', action: '' })
  expect(groupPermissions(['activity.read', 'audit.read', 'activity.confirm'])).toEqual([
    { resource: 'activity', actions: ['read', 'confirm'] },
    { resource: 'audit', actions: ['read'] },
  ])
})
