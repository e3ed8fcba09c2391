import { DocumentChecked, Files } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

/** What came of taskforces and what they said of their people; pages beside each one's own. */
export const taskforceRecordRoutes: RouteRecordRaw[] = [
  {
    path: '/taskforce-outcomes',
    name: 'taskforce-outcomes',
    component: () => import('./OutcomesPage.vue'),
    meta: { title: '成果登记册', need: 'taskforce.read', menu: { group: '日常', icon: Files } },
  },
  {
    path: '/appraisals',
    name: 'appraisals',
    component: () => import('./AppraisalsPage.vue'),
    meta: { title: '抽调鉴定', need: 'appraisal.read', menu: { group: '日常', icon: DocumentChecked } },
  },
]
