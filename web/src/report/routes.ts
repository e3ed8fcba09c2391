import { Document } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const need = ['quarter_summary.read', 'member_ledger.read', 'pennant.read', 'annual_summary.read']

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
    // Whoever gets a report may check it; the rest of the page goes by permission.
    meta: { title: '报表', need: 'report.read' },
  },
]
