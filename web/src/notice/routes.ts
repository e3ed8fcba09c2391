import { Bell, ChatDotSquare } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const noticeRoutes: RouteRecordRaw[] = [
  {
    path: '/notices',
    name: 'notices',
    component: () => import('./NoticesPage.vue'),
    meta: { title: '公示', need: 'notice.read', menu: { group: '日常', icon: Bell } },
  },
  {
    path: '/notices/:id',
    name: 'notice',
    component: () => import('./NoticePage.vue'),
    meta: { title: '公示', need: 'notice.read' },
  },
  {
    path: '/objections',
    name: 'objections',
    component: () => import('./ObjectionsPage.vue'),
    meta: { title: '异议办理', need: 'notice.decide', menu: { group: '日常', icon: ChatDotSquare } },
  },
]
