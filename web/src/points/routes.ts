import { Finished, Memo, Notebook, TrendCharts } from '@element-plus/icons-vue'
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
  {
    path: '/ledger/:person/statements/:month?',
    name: 'statement',
    component: () => import('./StatementPage.vue'),
    meta: { title: '月度对账单', need: 'ledger.read' },
  },
  // How other pages name somebody's ledger; it lies below 积分 in the menu.
  { path: '/ledger/:person', redirect: (to) => ({ name: 'ledger', params: to.params, query: to.query }) },
  {
    path: '/points',
    name: 'points',
    component: () => import('./OverviewPage.vue'),
    meta: { title: '积分', need: 'ledger.read', menu: { group: '日常', icon: TrendCharts } },
  },
  {
    path: '/quarters',
    name: 'quarters',
    component: () => import('./QuarterPage.vue'),
    meta: { title: '季度结账', need: 'quarter.check', menu: { group: '日常', icon: Finished } },
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
    path: '/schemes/import',
    name: 'scheme-import',
    component: () => import('./SchemeImportPage.vue'),
    meta: { title: '导入积分办法', need: 'scheme.draft' },
  },
  {
    path: '/schemes/:id/edit',
    name: 'scheme-edit',
    component: () => import('./SchemeEditPage.vue'),
    meta: { title: '起草积分办法', need: 'scheme.draft' },
  },
  {
    path: '/schemes/:id/compare',
    name: 'scheme-compare',
    component: () => import('./SchemeComparePage.vue'),
    meta: { title: '比较积分办法', need: 'scheme.review' },
  },
  {
    path: '/schemes/:id/trial',
    name: 'scheme-trial',
    component: () => import('./SchemeTrialPage.vue'),
    meta: { title: '试算积分办法', need: 'scheme.review' },
  },
  {
    path: '/schemes/:id',
    name: 'scheme',
    component: () => import('./SchemePage.vue'),
    meta: { title: '积分办法', need: 'scheme.read' },
  },
]
