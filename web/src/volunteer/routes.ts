import { Timer, Sunrise } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const group = '志愿服务'

export const volunteerRoutes: RouteRecordRaw[] = [
  {
    path: '/volunteer-actions',
    name: 'volunteer-actions',
    component: () => import('./ActionsPage.vue'),
    meta: { title: '志愿服务活动', need: 'volunteer.sign', menu: { group, icon: Sunrise, label: '活动报名' } },
  },
  {
    path: '/volunteer-hours',
    name: 'volunteer-hours',
    component: () => import('./HoursPage.vue'),
    meta: { title: '志愿时长', need: 'volunteer_hours.read', menu: { group, icon: Timer } },
  },
]
