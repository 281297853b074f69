import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '../shared/detect/catalogue.ts'
import { type DetectorDescription, describeDetector } from '../shared/detect/describe-detector.ts'

const SCENARIOS = join(import.meta.dirname, 'scenarios')

/** The text of `docs/detectors.md`, from the catalogue and the titles of its scenarios. */
export function detectorsPage(): string {
  const sections = CATALOGUE.map((detector) => {
    const { id, title, weight, group, fact, axis, technique, techniqueUrl, runbook, isConfirmed, isBinding, notes, ...rest } =
      describeDetector(detector)
    const lines = [
      `## ${id}`,
      '',
      `**${title}.** Says ${axis}, weight ${weight}, group ${group}${fact === id ? '' : `, fact ${fact}`}, ATT&CK [${technique}](${techniqueUrl})${isConfirmed ? ', confirmed: contained without asking' : ''}.`,
      '',
      `- Looks at: ${rest.looksAt.map((what) => (what.includes(':') ? `\`${what}\`` : what)).join(', ')}`,
      ...deliveryLines(rest),
      `- Fires: ${titleOf(`${id}.fires`)}. Does not: ${titleOf(`${id}.near-miss`)}.`,
      ...notes.map((note) => `- ${note}`),
      ...(isBinding ? ['- Always counts as it is: no policy tunes it.'] : []),
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
\`countersign detectors\` lists them as the policy in force tunes them, which [policy.md](policy.md#detectors) explains.
[ARCHITECTURE.md](../ARCHITECTURE.md#how-to-add-a-detector) says how to add one.

${CATALOGUE.length} detectors.`
  return `${[head, ...sections].join('\n\n')}\n`
}

function deliveryLines({ delivery: { state, by, gaps } }: Pick<DetectorDescription, 'delivery'>): string[] {
  const delivered = state === 'not' ? 'no' : by.map((rule) => `\`${rule}\``).join(', ')
  const lacks = gaps.map(({ what, remedy }) => (remedy === undefined ? `${what}.` : `${what}; delivered by: ${remedy}.`))
  return [`- Delivered: ${delivered}.`, ...lacks.map((lack) => `- Not delivered: ${lack}`)]
}

function titleOf(scenario: string): string {
  return (JSON.parse(readFileSync(join(SCENARIOS, `${scenario}.json`), 'utf8')) as { title: string }).title
}
