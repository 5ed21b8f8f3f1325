import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a running server. */
const server = process.env.REELSHARE_URL ?? 'http://127.0.0.1:5000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // A data: URL would need a looser content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': server, '/media': server } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
