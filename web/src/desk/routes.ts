import { House } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const deskRoutes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: () => import('./DeskPage.vue'),
    meta: { title: '首页', menu: { group: '日常', icon: House } },
  },
]
