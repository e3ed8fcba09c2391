import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { accountAdminRoutes, accountRoutes } from '@/account/routes'
import { useSession } from '@/account/session'
import { activityRoutes } from '@/activity/routes'
import { whenSignedOut } from '@/api/client'
import { Problem } from '@/api/problem'
import { auditRoutes } from '@/audit/routes'
import { claimRoutes } from '@/claim/routes'
import { deskRoutes } from '@/desk/routes'
import { dutyRoutes } from '@/duty/routes'
import { fairnessRoutes } from '@/fairness/routes'
import { lifeRoutes } from '@/life/routes'
import { growthRoutes } from '@/mentoring/growthRoutes'
import { mentoringRoutes } from '@/mentoring/routes'
import { noticeRoutes } from '@/notice/routes'
import { orgRoutes, settingsRoutes } from '@/org/routes'
import { pointsRoutes, schemeRoutes } from '@/points/routes'
import { reportRoutes } from '@/report/routes'
import { selectionRoutes } from '@/selection/routes'
import { studyRoutes } from '@/study/routes'
import { talkRoutes } from '@/talk/routes'
import { volunteerRoutes } from '@/volunteer/routes'
import { taskforceRoutes, taskforceSettingsRoutes } from '@/taskforce/routes'

// A capability lists its pages in its own routes.ts. The order here is the order of the menu.
const pages: RouteRecordRaw[] = [
  ...deskRoutes,
  ...activityRoutes,
  ...dutyRoutes,
  ...studyRoutes,
  ...pointsRoutes,
  ...claimRoutes,
  ...noticeRoutes,
  ...selectionRoutes,
  ...lifeRoutes,
  ...talkRoutes,
  ...mentoringRoutes,
  ...growthRoutes,
  ...taskforceRoutes,
  ...volunteerRoutes,
  ...reportRoutes,
  ...fairnessRoutes,
  ...orgRoutes,
  ...schemeRoutes,
  ...accountAdminRoutes,
  ...auditRoutes,
  ...taskforceSettingsRoutes,
  ...settingsRoutes,
  ...accountRoutes,
  {
    path: '/forbidden',
    name: 'forbidden',
    component: () => import('./ForbiddenPage.vue'),
    meta: { title: '没有权限' },
  },
  {
    path: '/unavailable',
    name: 'unavailable',
    component: () => import('./UnavailablePage.vue'),
    meta: { title: '暂时连不上', open: true, bare: true },
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('./NotFoundPage.vue'),
    meta: { title: '没有这个页面' },
  },
]

export function createShellRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: pages,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    const session = useSession()
    if (!session.known && to.name !== 'unavailable') {
      try {
        await session.load()
      } catch (thrown) {
        if (!(thrown instanceof Problem)) throw thrown
        return { name: 'unavailable', query: { next: to.fullPath } }
      }
    }
    if (to.meta.open) return session.current && to.name === 'login' ? '/' : true
    if (!session.current) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (session.current.must_change) return to.name === 'password' || { name: 'password' }
    if (!session.may(to.meta.need)) return { name: 'forbidden', query: { need: [to.meta.need].flat()[0] } }
    return true
  })

  router.afterEach((to, from) => {
    const unit = useSession().current?.unit.name
    document.title = [to.meta.title, unit, '先锋'].filter(Boolean).join(' · ')
    // Keyboard and screen reader start at the new page, not at the link that was pressed.
    if (from.matched.length && to.path !== from.path) {
      requestAnimationFrame(() => document.getElementById('main')?.focus({ preventScroll: true }))
    }
  })

  // After an update the old page asks for chunks that are gone: take the new application.
  router.onError((failure, to) => {
    if (/dynamically imported module|Importing a module script failed/i.test(String(failure))) {
      window.location.assign(to.fullPath)
    }
  })

  whenSignedOut(() => {
    const session = useSession()
    if (!session.current) return
    session.end()
    const at = router.currentRoute.value
    if (!at.meta.open) void router.replace({ name: 'login', query: { next: at.fullPath, ended: '' } })
  })

  return router
}
