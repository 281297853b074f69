import { defineConfig } from 'vitest/config'

const project = (name: string, include = [`test/${name}/**/*.test.ts`]) => ({ extends: true as const, test: { name, include } })

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ['test/fixtures/serve.ts'],
    projects: ['unit', 'property', 'contract', 'functions', 'infra', 'scenarios', 'cli', 'crash', 'vocabulary']
      .map((name) => project(name))
      .concat(project('architecture', ['test/*.test.ts'])),
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
