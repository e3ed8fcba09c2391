import { Grid, DocumentChecked } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const dutyRoutes: RouteRecordRaw[] = [
  {
    path: '/duties',
    name: 'duties',
    component: () => import('./GridPage.vue'),
    meta: { title: '职责落实', need: 'duty.read', menu: { group: '日常', icon: Grid } },
  },
  {
    path: '/duties/list',
    name: 'duty-list',
    component: () => import('./DutiesPage.vue'),
    meta: { title: '职责清单', need: 'duty.read' },
  },
  {
    path: '/duties/excuses',
    name: 'duty-excuses',
    component: () => import('./ExcusesPage.vue'),
    meta: { title: '未完成原因', need: 'duty.read' },
  },
  {
    path: '/duty-plans',
    name: 'duty-plans',
    component: () => import('./PlansPage.vue'),
    meta: { title: '支部季度计划', need: 'duty_plan.read', menu: { group: '日常', icon: DocumentChecked, label: '季度计划' } },
  },
  {
    path: '/duty-plans/:branch/:quarter',
    name: 'duty-plan',
    component: () => import('./PlanPage.vue'),
    meta: { title: '支部季度计划', need: 'duty_plan.read' },
  },
]
