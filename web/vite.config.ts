import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { precompress } from './precompress.ts';

/** The gateway that `npm run dev -w web` talks to. */
const gateway = 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [solid(), tailwindcss(), precompress()],
  server: { proxy: { '/graphql': { target: gateway, ws: true } } },
  build: {
    target: 'es2022',
    // The gateway serves a strict content security policy: nothing may be inlined, not even as a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
    manifest: true,
  },
});
