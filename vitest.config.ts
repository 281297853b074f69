import { defineConfig } from 'vitest/config'

const project = (name: string, { include = [`test/${name}/**/*.test.ts`], isolate = true } = {}) => ({
  extends: true as const,
  test: { name, include, isolate },
})

/** Their files leave their process as they found it, which `architecture` holds, so one process runs many of them. */
const sharing = ['unit', 'property', 'contract', 'infra', 'scenarios', 'crash', 'vocabulary'].map((name) =>
  project(name, { isolate: false }),
)

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/fixtures/serve.ts'],
    // Vitest leaves a core free unless told, which on a machine of two is half of them.
    maxWorkers: '100%',
    projects: [
      project('cli'),
      project('functions'),
      project('attack'),
      ...sharing,
      project('architecture', { include: ['test/*.test.ts'] }),
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/**', 'functions/**', 'local/**', 'infra/**'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: {
        'shared/domain/**': { lines: 95, branches: 95 },
        'shared/{record,sense,detect,decide,contain,review,learn}/**': { lines: 95, branches: 95 },
      },
    },
  },
})
