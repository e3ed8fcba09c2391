import { Flag, SetUp } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'
import { taskforceRecordRoutes } from './recordRoutes'

export const taskforceRoutes: RouteRecordRaw[] = [
  {
    path: '/taskforces',
    name: 'taskforces',
    component: () => import('./TaskforcesPage.vue'),
    meta: { title: '行动党支部等', need: 'taskforce.read', menu: { group: '日常', icon: Flag } },
  },
  {
    path: '/taskforces/:id',
    name: 'taskforce',
    component: () => import('./TaskforcePage.vue'),
    meta: { title: '行动党支部等', need: 'taskforce.read' },
  },
  ...taskforceRecordRoutes,
]

export const taskforceSettingsRoutes: RouteRecordRaw[] = [
  {
    path: '/taskforce-kinds',
    name: 'taskforce-kinds',
    component: () => import('./KindsPage.vue'),
    meta: { title: '行动党支部等的类型', need: 'taskforce_kind.write', menu: { group: '管理', icon: SetUp, label: '行动支部类型' } },
  },
]
