import { Avatar, Key } from '@element-plus/icons-vue'
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

export const accountAdminRoutes: RouteRecordRaw[] = [
  {
    path: '/accounts',
    name: 'accounts',
    component: () => import('./AccountsPage.vue'),
    meta: { title: '账号', need: 'account.read', menu: { group: '系统', icon: Avatar } },
  },
  {
    path: '/grants',
    name: 'grants',
    component: () => import('./GrantsPage.vue'),
    meta: { title: '角色授权', need: 'grant.read', menu: { group: '系统', icon: Key } },
  },
]
