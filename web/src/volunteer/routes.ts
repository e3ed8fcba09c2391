import { Medal, Stamp, Sunrise, Timer, Upload } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const group = '志愿服务'

export const volunteerRoutes: RouteRecordRaw[] = [
  {
    path: '/volunteer-actions',
    name: 'volunteer-actions',
    component: () => import('./ActionsPage.vue'),
    meta: { title: '志愿服务活动', need: 'volunteer.read', menu: { group, icon: Sunrise, label: '活动报名' } },
  },
  {
    path: '/volunteer-actions/:id',
    name: 'volunteer-action',
    component: () => import('./ActionPage.vue'),
    meta: { title: '志愿服务活动', need: 'volunteer.read' },
  },
  {
    path: '/volunteer-actions/:id/record',
    name: 'volunteer-record',
    component: () => import('./RecordPage.vue'),
    meta: { title: '登记到场', need: 'volunteer.organise' },
  },
  {
    path: '/volunteer-actions/:id/poster',
    name: 'volunteer-poster',
    component: () => import('./PosterPage.vue'),
    meta: { title: '报名海报', need: 'volunteer.organise' },
  },
  // What the code on a poster leads to, and whoever types its few letters.
  { path: '/v/:code', name: 'volunteer-code', component: () => import('./CodePage.vue'), meta: { title: '志愿服务活动', need: 'volunteer.read' } },
  {
    path: '/my-hours',
    name: 'my-hours',
    component: () => import('./MyHoursPage.vue'),
    meta: { title: '我的志愿时长', need: 'volunteer_hours.read', menu: { group, icon: Medal } },
  },
  {
    path: '/volunteer-hours',
    name: 'volunteer-hours',
    component: () => import('./HoursPage.vue'),
    meta: { title: '志愿时长', need: 'volunteer_hours.read', menu: { group, icon: Timer } },
  },
  {
    path: '/volunteer-certificates',
    name: 'volunteer-certificates',
    component: () => import('./CertificatesPage.vue'),
    meta: { title: '志愿服务证明', need: 'volunteer_certificate.read', menu: { group, icon: Stamp } },
  },
  {
    path: '/volunteer-certificates/:id',
    name: 'volunteer-certificate',
    component: () => import('./CertificatePage.vue'),
    meta: { title: '志愿服务证明', need: 'volunteer_certificate.read' },
  },
  {
    path: '/volunteer-imports',
    name: 'volunteer-imports',
    component: () => import('./ImportsPage.vue'),
    meta: { title: '导入志愿时长', need: 'volunteer_hours.import', menu: { group, icon: Upload } },
  },
  {
    path: '/volunteer-imports/:id',
    name: 'volunteer-import',
    component: () => import('./ImportPage.vue'),
    meta: { title: '导入预览', need: 'volunteer_hours.import' },
  },
  // Whoever holds a certificate is not of the office: no sign-in.
  { path: '/verify', name: 'verify', component: () => import('./VerifyPage.vue'), meta: { title: '核验证明', open: true, bare: true } },
]
