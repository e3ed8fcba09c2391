import { Reading } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const studyRoutes: RouteRecordRaw[] = [
  {
    path: '/study',
    name: 'study',
    component: () => import('./StudyPage.vue'),
    meta: { title: '每日学习', need: 'study.note', menu: { group: '日常', icon: Reading } },
  },
]
