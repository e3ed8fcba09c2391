import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/shell/theme.css'
import '@/shell/base.css'
import App from '@/shell/App.vue'
import { createShellRouter } from '@/shell/router'
import { followSystemTheme } from '@/ui/dark'

// Element Plus takes the first day of a week from dayjs: Monday in zh-cn.
dayjs.locale('zh-cn')
followSystemTheme()

const app = createApp(App)
app.use(createPinia())
app.use(createShellRouter())
app.mount('#app')
