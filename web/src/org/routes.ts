import { Briefcase, OfficeBuilding, Setting, Sunrise, User } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const orgRoutes: RouteRecordRaw[] = [
  {
    path: '/people',
    name: 'people',
    component: () => import('./PeoplePage.vue'),
    meta: { title: '人员', need: 'people.read', menu: { group: '管理', icon: User } },
  },
  {
    path: '/people/import',
    name: 'imports',
    component: () => import('./ImportsPage.vue'),
    meta: { title: '导入花名册', need: 'people.import' },
  },
  {
    path: '/people/import/:id',
    name: 'import',
    component: () => import('./ImportPage.vue'),
    meta: { title: '导入预览', need: 'people.import' },
  },
  {
    path: '/people/:id',
    name: 'person',
    component: () => import('./PersonPage.vue'),
    meta: { title: '人员', need: 'people.read' },
  },
  {
    path: '/absences',
    name: 'absences',
    component: () => import('./AbsencesPage.vue'),
    meta: { title: '请假外出', need: 'absence.read', menu: { group: '谈心谈话', icon: Briefcase } },
  },
  {
    path: '/places',
    name: 'places',
    component: () => import('./PlacesPage.vue'),
    meta: { title: '组织机构', need: 'places.read', menu: { group: '管理', icon: OfficeBuilding } },
  },
]

export const settingsRoutes: RouteRecordRaw[] = [
  {
    path: '/settings',
    name: 'settings',
    component: () => import('./SettingsPage.vue'),
    meta: { title: '设置', need: 'settings.read', menu: { group: '系统', icon: Setting } },
  },
  {
    path: '/holidays',
    name: 'holidays',
    component: () => import('./HolidaysPage.vue'),
    meta: { title: '节假日', need: 'settings.read', menu: { group: '系统', icon: Sunrise } },
  },
]
