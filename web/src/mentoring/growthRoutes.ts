import { TrendCharts } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const growthRoutes: RouteRecordRaw[] = [
  {
    path: '/growth-plans',
    name: 'growth-plans',
    component: () => import('./GrowthPlansPage.vue'),
    meta: { title: '成长计划', need: 'mentor_pairs.read', menu: { group: '双导师', icon: TrendCharts } },
  },
]
