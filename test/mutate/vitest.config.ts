import { defineConfig } from 'vitest/config'
import { CheapestFirst } from './cheapest-first.ts'

/**
 * The tests that mutation testing runs for each mutant: fast ones, without a process, a port or a stack of their own. Whole worlds are
 * held by `npm test`. One worker keeps the modules for all files of tests, which makes a mutant several times faster.
 */
export default defineConfig({
  test: {
    root: '.',
    isolate: false,
    sequence: { sequencer: CheapestFirst },
    testTimeout: 60_000,
    include: [
      'test/unit/**/*.test.ts',
      'test/property/**/*.test.ts',
      'test/attack/**/*.test.ts',
      'test/scenarios/scenarios.test.ts',
      'test/contract/deployment.test.ts',
    ],
    exclude: [
      'test/unit/{console*,model-cases,page,synthetic-history,days,injection,generated-docs,release-notes,read-*,slack-*}.test.ts',
      'test/property/{contain-release,measure,normalise,read-records,seen,state-codec,stored-incident,tamper*}.test.ts',
      'test/unit/{printed-commands,print-restriction,in-time-order}.test.ts',
      'test/attack/{embedded-table,write-to-our-queues,write-to-our-topics}.test.ts',
      'test/unit/{mutate-sample,outsiders}.test.ts',
      'test/property/{poison,sweep-release,learn-habit,iam-permissions,recreate,restrict-release,restricts-more,seal-compare}.test.ts',
      'test/attack/{poison-the-record,refused-scenarios}.test.ts',
    ],
  },
})
