import { Memo } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const lifeRoutes: RouteRecordRaw[] = [
  {
    path: '/my-timeline',
    name: 'my-timeline',
    component: () => import('./MyTimelinePage.vue'),
    meta: { title: '我的历程', need: 'people.read', menu: { group: '日常', icon: Memo } },
  },
]
