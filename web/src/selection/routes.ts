import { Medal, Trophy } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const selectionRoutes: RouteRecordRaw[] = [
  {
    path: '/selections',
    name: 'selections',
    component: () => import('./SelectionsPage.vue'),
    meta: { title: '评选', need: 'selection.read', menu: { group: '日常', icon: Trophy } },
  },
  {
    path: '/selections/:id',
    name: 'selection',
    component: () => import('./SelectionPage.vue'),
    meta: { title: '评选', need: 'selection.read' },
  },
  {
    path: '/selections/:id/sheet',
    name: 'scoring-sheet',
    component: () => import('./SheetPrintPage.vue'),
    meta: { title: '评分表', need: 'selection.read' },
  },
  {
    path: '/honours',
    name: 'honours',
    component: () => import('./HonoursPage.vue'),
    meta: { title: '荣誉', need: 'honour.read', menu: { group: '日常', icon: Medal } },
  },
  {
    path: '/honours/:id',
    name: 'certificate',
    component: () => import('./CertificatePage.vue'),
    meta: { title: '荣誉证书', need: 'honour.read' },
  },
]
