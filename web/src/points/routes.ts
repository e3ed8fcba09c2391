import { Memo, Notebook, TrendCharts } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const pointsRoutes: RouteRecordRaw[] = [
  {
    path: '/ledger',
    name: 'my-ledger',
    component: () => import('./LedgerPage.vue'),
    meta: { title: '我的台账', need: 'ledger.read', menu: { group: '日常', icon: Notebook } },
  },
  {
    path: '/points/:person',
    name: 'ledger',
    component: () => import('./LedgerPage.vue'),
    meta: { title: '积分台账', need: 'ledger.read' },
  },
  // How other pages name somebody's ledger; it lies below 积分 in the menu.
  { path: '/ledger/:person', redirect: (to) => ({ name: 'ledger', params: to.params, query: to.query }) },
  {
    path: '/points',
    name: 'points',
    component: () => import('./OverviewPage.vue'),
    meta: { title: '积分', need: 'ledger.read', menu: { group: '日常', icon: TrendCharts } },
  },
]

export const schemeRoutes: RouteRecordRaw[] = [
  {
    path: '/schemes',
    name: 'schemes',
    component: () => import('./SchemesPage.vue'),
    meta: { title: '积分办法', need: 'scheme.read', menu: { group: '管理', icon: Memo } },
  },
  {
    path: '/schemes/:id',
    name: 'scheme',
    component: () => import('./SchemePage.vue'),
    meta: { title: '积分办法', need: 'scheme.read' },
  },
]
