import type { DeployedRules } from '../../shared/detect/delivery.ts'
import { DELIVERY_RULES, rulesOf } from '../../shared/detect/delivery-rules.ts'
import type { Recording } from '../../shared/domain/trail.ts'
import type { Check, CheckState } from './check.ts'

/** Whether the event rules of a stack are there and enabled. */
export function rulesCheck({ options, rules }: Pick<DeployedRules, 'options' | 'rules'>): Check {
  const missing = rulesOf(options).filter((rule) => !rules.has(rule))
  const name = 'event rules'
  if (missing.length === 0) return { name, state: 'ok', fact: `All ${rules.size} are there and enabled.` }
  const lost = missing.map((rule) => `The rule ${rule} is missing or disabled, so these do not arrive: ${DELIVERY_RULES[rule]}.`)
  return { name, state: 'broken', fact: lost.join(' '), todo: 'Deploy the stack again, and find out who changed it.' }
}

const RECORDING: Readonly<Record<Recording['kind'], { readonly state: CheckState; readonly fact: string }>> = {
  whole: { state: 'ok', fact: 'A trail records the management events of all regions, reads and writes.' },
  partial: { state: 'broken', fact: 'The trails do not record all that these rules deliver:' },
  missing: {
    state: 'broken',
    fact: 'NO CALL ARRIVES, whatever the rules are: no trail records them, and EventBridge delivers only what a trail records.',
  },
  unknown: { state: 'not known', fact: 'Whether any call arrives is not known: it could not be read whether a trail records them.' },
}

/** Whether a trail records what the rules deliver. */
export function trailCheck({ kind, lines, commands }: Recording): Check {
  const { state, fact } = RECORDING[kind]
  const todo =
    commands.length > 0
      ? `Start it: ${commands.map((command) => `\`${command}\``).join(', ')}`
      : kind === 'unknown'
        ? 'Reading it needs cloudtrail:DescribeTrails, GetTrailStatus and GetEventSelectors.'
        : 'Have a trail of all regions log management events, reads and writes: "Create trail" in the console of CloudTrail.'
  return {
    name: 'trail',
    state,
    fact: [fact, lines.join('; ')].filter((part) => part !== '').join(' '),
    ...(kind === 'whole' ? {} : { todo }),
  }
}
