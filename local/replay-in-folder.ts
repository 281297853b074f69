import type { PackedRules } from '../shared/detect/rules/packed-rule.ts'
import { ruleSet } from '../shared/detect/rules/rule-set.ts'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { readAccount } from './account-file.ts'
import { backtest } from './backtest.ts'
import { createEmbedded } from './create-embedded.ts'
import { readPolicyFile } from './policy-file.ts'
import { type Replay, readingOfLogs } from './replay-in-memory.ts'
import { simulatedClock } from './simulated-clock.ts'

/** A replay that other commands can open. */
export interface KeptReplay extends Replay {
  /** The options that name it on the command line. */
  readonly options: string
  /** What to know of it. */
  readonly note: string
  /** Writes what is not written yet, and gives the folder up. */
  close(): Promise<void>
}

/** The backtest for `replay --data`: as the one in memory, over a new embedded account in a folder. */
export async function replayInFolder(options: {
  policy: string
  account?: string
  data: string
  rules?: PackedRules | undefined
}): Promise<KeptReplay> {
  const policy = await readPolicyFile(options.policy)
  const picture = options.account === undefined ? AuthorizationDetails.parse({}) : await readAccount(options.account)
  const clock = simulatedClock()
  const beginning = { by: 'local:replay', why: `replayed under ${options.policy}`, isReplayed: true } as const
  const embedded = await createEmbedded(options.data, { picture, policy, clock, ...beginning })
  const { ports } = embedded
  const target = embedded.target(beginning.by)
  const reading = readingOfLogs({ clock, log: ports.log, rules: options.rules && ruleSet(options.rules) })
  const run = backtest({
    ...ports,
    clock,
    ...reading,
    ...(options.account === undefined ? { meet: ports.iam.addObserved } : {}),
  })
  return {
    run,
    incidents: ports.incidents,
    trust: reading.trust,
    options: target.options,
    note: target.replayedNote ?? '',
    async close() {
      await embedded.save()
      await embedded.close()
    },
  }
}
