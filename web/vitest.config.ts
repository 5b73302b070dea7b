import { defineConfig } from 'vitest/config';

/** Unit tests of the pure parts and checks of the build run in node; the browser tests only with `npm run e2e`. */
export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      // Needs `npm run build` first.
      { test: { name: 'build', include: ['test/**/*.build.test.ts'] } },
      // graphql must be loaded once: by the mock gateway and by graphql-ws alike.
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          server: { deps: { inline: [/graphql/] } },
        },
      },
    ],
  },
});
