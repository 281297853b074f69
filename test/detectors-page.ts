import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '../shared/detect/catalogue.ts'
import { deliveryOf } from '../shared/detect/delivery.ts'
import { rulesOf } from '../shared/detect/delivery-rules.ts'
import type { Delivery, Detector } from '../shared/detect/detector.ts'
import { axisOf } from '../shared/domain/finding.ts'

const SCENARIOS = join(import.meta.dirname, 'scenarios')

/** The text of `docs/detectors.md`, from the catalogue and the titles of its scenarios. */
export function detectorsPage(): string {
  const sections = CATALOGUE.map((detector) => {
    const { id, title, weight, group, fact, attack, runbook, isConfirmed, sparesOwnWorks, readsRequest } = detector
    const lines = [
      `## ${id}`,
      '',
      `**${title}.** Says ${axisOf(group)}, weight ${weight}, group ${group}${fact === undefined ? '' : `, fact ${fact}`}, ATT&CK [${attack}](https://attack.mitre.org/techniques/${attack.replace('.', '/')}/)${isConfirmed === true ? ', confirmed: contained without asking' : ''}.`,
      '',
      `- Looks at: ${looksAt(detector)}`,
      ...deliveryLines(detector),
      `- Fires: ${titleOf(`${id}.fires`)}. Does not: ${titleOf(`${id}.near-miss`)}.`,
      ...(sparesOwnWorks === true ? ['- Not on: what the identity itself created within a day.'] : []),
      ...(readsRequest === undefined ? [] : ['- Where the record leaves the parameters out: `parameters-left-out`.']),
      `- Runbook: ${runbook}`,
    ]
    return lines.join('\n')
  })
  const head = `# Detectors

Made from the code by \`npm run docs\`; a test holds it current. A detector says *who*: its weight is the probability that the caller is
not the owner, given this finding alone. Or it says *what*: its weight is how bad the calls are. A finding that is a habit of the identity, because the same
detector matched the same action on earlier days ([decision 31](decisions/0031-what-is-a-habit.md)), counts 0.3 of it. Findings that rest on one fact count
once, the strongest. Of *what*, the strongest of each group counts in full, the others a quarter. How they add up and what they lead to:
[decision 3](decisions/0003-noisy-or.md) and [decision 36](decisions/0036-who-and-what.md). Techniques are those of MITRE ATT&CK 19, in which T1685 and its neighbours
took the place of T1562 (Impair Defenses): a system that holds an older version does not know them.

*Delivered* names the event rules by which a stack with the default settings in us-east-1 gets the calls, and *Not delivered* what of them does not come, with what would
bring it; \`countersign doctor\` says the same for other settings, and for a stack that is deployed ([decision 52](decisions/0052-delivery-is-part-of-a-detector.md)).

${CATALOGUE.length} detectors.`
  return `${[head, ...sections].join('\n\n')}\n`
}

const DEFAULT = { readOnlyEvents: true, includeRoleSessions: false }
const DEFAULT_STACK = { options: DEFAULT, rules: new Set(rulesOf(DEFAULT)), region: 'us-east-1' }

/** What a detector looks at that names no calls. */
const KINDS: Readonly<Record<Exclude<Delivery, readonly string[]>, string>> = {
  'every-call': 'every call',
  'session-calls': 'every call of a session',
  'key-calls': 'every call of an access key',
  'refused-calls': 'every refused call',
  'root-calls': 'every call of the root user',
  'guest-calls': 'every call of sessions of the users of an app',
  'credential-changes': 'changes of IAM',
  'responder-changes': 'every change of the responder',
  assumptions: 'assumptions of roles',
  exposures: 'credential exposures',
  findings: 'findings of other products',
  reports: 'what parties outside AWS report',
  'other-regions': 'every call',
  'canary-calls': 'every call of a canary',
}

function looksAt({ actions, delivery }: Detector): string {
  if (actions === undefined && typeof delivery === 'string') return KINDS[delivery]
  const named = actions ?? (typeof delivery === 'object' ? delivery : [])
  return [...new Set(named)].map((action) => `\`${action}\``).join(', ')
}

function deliveryLines(detector: Detector): string[] {
  const { state, by, gaps } = deliveryOf(detector, DEFAULT_STACK)
  const delivered = state === 'not' ? 'no' : by.map((rule) => `\`${rule}\``).join(', ')
  const lacks = gaps.map(({ what, remedy }) => (remedy === undefined ? `${what}.` : `${what}; delivered by: ${remedy}.`))
  return [`- Delivered: ${delivered}.`, ...lacks.map((lack) => `- Not delivered: ${lack}`)]
}

function titleOf(scenario: string): string {
  return (JSON.parse(readFileSync(join(SCENARIOS, `${scenario}.json`), 'utf8')) as { title: string }).title
}
