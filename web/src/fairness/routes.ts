import { ScaleToOriginal } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const fairnessRoutes: RouteRecordRaw[] = [
  {
    path: '/fairness',
    name: 'fairness',
    component: () => import('./FairnessPage.vue'),
    meta: { title: '公平性', need: 'fairness.read', menu: { group: '管理', icon: ScaleToOriginal } },
  },
]
