import type { RouteRecordRaw } from 'vue-router'

export const accountRoutes: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('./LoginPage.vue'),
    meta: { title: '登录', open: true, bare: true },
  },
  {
    path: '/setup',
    name: 'setup',
    component: () => import('./SetupPage.vue'),
    meta: { title: '首次设置', open: true, bare: true },
  },
  {
    path: '/password',
    name: 'password',
    component: () => import('./PasswordPage.vue'),
    meta: { title: '修改密码', bare: true },
  },
  { path: '/profile', name: 'profile', component: () => import('./ProfilePage.vue'), meta: { title: '个人信息' } },
]
