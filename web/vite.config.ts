import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vitest/config'

const api = process.env.XIANFENG_API ?? 'http://127.0.0.1:8080'
// The Host header is kept, so that the server's Origin check sees one origin.
const proxy = { '/api': { target: api, changeOrigin: false } }

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus components are imported by name, with their own CSS. Our own
    // components are imported explicitly, so that a reader finds them.
    components({
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // Browsers of offices lag behind: domestic ones are often Chromium 86 to 108.
    target: ['chrome87', 'edge88', 'firefox78', 'safari14'],
    // The CSP allows scripts of our own origin only, and no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { host: '127.0.0.1', port: 8120, strictPort: true, proxy },
  preview: { host: '127.0.0.1', port: 8121, strictPort: true, proxy },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
