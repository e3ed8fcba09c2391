/// <reference types="vite/client" />
import 'vue-router'
import type { Component } from 'vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's name, in the browser's title and on the phone's top bar. */
    title: string
    /** Open to those who are not signed in. */
    open?: boolean
    /** Shown without menu. */
    bare?: boolean
    /** Permission ("activity.read") needed to see the page and its menu entry; of several, any one. */
    need?: string | string[]
    /** Puts the page into the menu. Entries keep the order in which routes are listed. */
    menu?: { group: '日常' | '谈心谈话' | '双导师' | '志愿服务' | '管理' | '系统'; icon: Component; label?: string }
  }
}
