import { Connection, Guide, MagicStick, User } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const group = '双导师'

export const mentoringRoutes: RouteRecordRaw[] = [
  {
    path: '/my-pairings',
    name: 'my-pairings',
    component: () => import('./MyPairingsPage.vue'),
    meta: { title: '我的结对', need: 'mentoring.write', menu: { group, icon: User } },
  },
  {
    path: '/pairings',
    name: 'pairings',
    component: () => import('./PairingsPage.vue'),
    meta: { title: '双导师结对', need: 'mentor_pairs.read', menu: { group, icon: Connection, label: '结对一览' } },
  },
  {
    path: '/pairings/:id',
    name: 'pairing',
    component: () => import('./PairingPage.vue'),
    meta: { title: '结对', need: 'mentoring.read' },
  },
  {
    path: '/pairings/:id/agreement',
    name: 'pairing-agreement',
    component: () => import('./AgreementPage.vue'),
    meta: { title: '双导师结对协议', need: 'mentoring.read' },
  },
  {
    path: '/mentoring-proposals',
    name: 'mentoring-proposals',
    component: () => import('./ProposalPage.vue'),
    meta: { title: '结对建议', need: 'mentoring.pair', menu: { group, icon: MagicStick } },
  },
  {
    path: '/mentors',
    name: 'mentors',
    component: () => import('./MentorsPage.vue'),
    meta: { title: '导师库', need: 'mentor_pairs.read', menu: { group, icon: Guide } },
  },
]
