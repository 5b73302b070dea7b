import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['**/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'web/**'],
    server: { deps: { inline: [/type-graphql/] } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
