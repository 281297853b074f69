import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const CONTRACT = join(import.meta.dirname, '..', 'contract')

/** The files of the contract suite that make a table: whatever is added to it runs here as well. */
const onTables = readdirSync(CONTRACT)
  .filter((name) => name.endsWith('.test.ts') && readFileSync(join(CONTRACT, name), 'utf8').includes("from './embedded-table.ts'"))
  .map((name) => `test/contract/${name}`)

export default defineConfig({
  test: {
    include: ['test/dynamodb/**/*.test.ts', ...onTables, 'test/property/tamper-table.test.ts'],
    globalSetup: ['test/fixtures/serve.ts'],
    setupFiles: ['test/dynamodb/on-server.ts'],
    // These files leave their process as they found it, as in the root's configuration.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
