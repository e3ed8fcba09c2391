import { Document } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const need = ['quarter_summary.read', 'member_ledger.read']

export const reportRoutes: RouteRecordRaw[] = [
  {
    path: '/reports',
    name: 'reports',
    component: () => import('./ReportsPage.vue'),
    meta: { title: '报表', need, menu: { group: '管理', icon: Document } },
  },
  {
    path: '/reports/:kind',
    name: 'report',
    component: () => import('./ReportsPage.vue'),
    meta: { title: '报表', need },
  },
]
