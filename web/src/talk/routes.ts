import { AlarmClock, Calendar, ChatLineRound, DataAnalysis, Finished, Operation, View } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const group = '谈心谈话'

export const talkRoutes: RouteRecordRaw[] = [
  {
    path: '/talks',
    name: 'talks',
    component: () => import('./TalksPage.vue'),
    meta: { title: '谈心谈话', need: 'talk.read', menu: { group, icon: ChatLineRound, label: '谈话安排' } },
  },
  {
    path: '/talks/:id',
    name: 'talk',
    component: () => import('./TalkPage.vue'),
    meta: { title: '谈话', need: 'talk.read' },
  },
  {
    path: '/talk-plans',
    name: 'talk-plans',
    component: () => import('./PlanPage.vue'),
    meta: { title: '谈话计划', need: 'talk.plan', menu: { group, icon: Calendar } },
  },
  {
    path: '/talk-coverage',
    name: 'talk-coverage',
    component: () => import('./CoveragePage.vue'),
    meta: { title: '谈话覆盖情况', need: 'talk_coverage.read', menu: { group, icon: DataAnalysis, label: '覆盖情况' } },
  },
  {
    path: '/talk-occasions',
    name: 'talk-occasions',
    component: () => import('./OccasionsPage.vue'),
    meta: { title: '五必谈', need: 'talk.plan', menu: { group, icon: AlarmClock } },
  },
  {
    path: '/talk-settings',
    name: 'talk-settings',
    component: () => import('./TalkSettingsPage.vue'),
    meta: { title: '谈话设置', need: 'talk_type.write', menu: { group, icon: Operation } },
  },
  {
    path: '/followups',
    name: 'followups',
    component: () => import('./FollowUpsPage.vue'),
    meta: { title: '转办事项', need: 'followup.read', menu: { group, icon: Finished } },
  },
  {
    path: '/talk-readings',
    name: 'talk-readings',
    component: () => import('./ReadingsPage.vue'),
    meta: { title: '请我看的记录', need: 'talk_text.read', menu: { group, icon: View } },
  },
]
