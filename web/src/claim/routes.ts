import { Checked, DocumentAdd } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

/** Who reads the claims of a place: those who verify, decide about objections, or look at how evenly points fall. */
export const reviewNeed = ['claim.verify', 'notice.decide', 'fairness.read']

export const claimRoutes: RouteRecordRaw[] = [
  {
    path: '/claims',
    name: 'my-claims',
    component: () => import('./MyClaimsPage.vue'),
    meta: { title: '我的申报', need: 'claim.submit', menu: { group: '日常', icon: DocumentAdd } },
  },
  // One path for a new claim and a stored one (?id=), so that the form stays as it is
  // when its draft is first saved.
  {
    path: '/claims/form',
    name: 'claim-form',
    component: () => import('./ClaimFormPage.vue'),
    meta: { title: '申报加分', need: 'claim.submit' },
  },
  {
    path: '/claims/:id',
    name: 'claim',
    component: () => import('./ClaimPage.vue'),
    meta: { title: '申报', need: 'claim.read' },
  },
  // The same page for somebody else's claim: it lies below 申报核实 in the menu, and
  // finds out by itself which of the two it is.
  {
    path: '/claim-review/:id',
    name: 'claim-of-other',
    component: () => import('./ClaimPage.vue'),
    meta: { title: '申报', need: 'claim.read' },
  },
  // A member's own claims are 我的申报.
  {
    path: '/claim-review',
    name: 'claim-review',
    component: () => import('./ReviewPage.vue'),
    meta: { title: '申报核实', need: reviewNeed, menu: { group: '日常', icon: Checked } },
  },
]
