import { Calendar } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const activityRoutes: RouteRecordRaw[] = [
  {
    path: '/activities',
    name: 'activities',
    component: () => import('./ActivityListPage.vue'),
    meta: { title: '活动', need: 'activity.read', menu: { group: '日常', icon: Calendar } },
  },
  {
    path: '/activities/record',
    name: 'activity-record',
    component: () => import('./RecordPage.vue'),
    meta: { title: '记一次活动', need: 'activity.record' },
  },
  {
    path: '/activities/:id',
    name: 'activity',
    component: () => import('./ActivityPage.vue'),
    meta: { title: '活动记录', need: 'activity.read' },
  },
]
