import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { surfaceHistory } from './build/history.ts'
import { precompress } from './build/precompress.ts'
import { serviceWorker } from './build/serviceWorker.ts'
import { SURFACES } from './build/surfaces.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const server = process.env['TINGTANG_SERVER'] ?? 'http://localhost:8000'

export default defineConfig({
  root: at('./src/surfaces'),
  publicDir: at('./public'),
  cacheDir: at('./node_modules/.vite'),
  appType: 'mpa',
  plugins: [vue(), surfaceHistory(), serviceWorker(), precompress()],
  resolve: { alias: { '@': at('./src') } },
  build: {
    outDir: at('./dist'),
    emptyOutDir: true,
    assetsDir: 'assets',
    // A branch's network is local and its screens are few: readable chunks per surface beat one big file.
    rolldownOptions: {
      input: Object.fromEntries(SURFACES.map((name) => [name, at(`./src/surfaces/${name}/index.html`)])),
    },
  },
  server: {
    fs: { allow: [at('.')] },
    proxy: {
      '/api': server,
      '/health': server,
      '/schema': server,
      '/theme.css': server,
      '/live': { target: server, ws: true },
    },
  },
  test: {
    root: at('.'),
    environment: 'node',
    include: ['src/**/*.test.ts', 'build/**/*.test.ts'],
    restoreMocks: true,
  },
})
