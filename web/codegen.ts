import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types and documents come from the public promise, never from a running server, so the output is deterministic. */
const config: CodegenConfig = {
  schema: '../contracts/api.graphql',
  documents: ['src/**/*.graphql'],
  generates: {
    './src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { DateTime: 'string', JSON: 'unknown', SafeInt: 'number' },
      },
    },
  },
};

export default config;
