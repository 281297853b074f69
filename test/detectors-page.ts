import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '../shared/detect/catalogue.ts'
import { axisOf } from '../shared/domain/finding.ts'

const SCENARIOS = join(import.meta.dirname, 'scenarios')

/** The text of `docs/detectors.md`, from the catalogue and the titles of its scenarios. */
export function detectorsPage(): string {
  const sections = CATALOGUE.map(
    ({ id, title, weight, group, fact, attack, runbook, actions, isConfirmed, looksAt, sparesOwnWorks, readsRequest }) => {
      const lines = [
        `## ${id}`,
        '',
        `**${title}.** Says ${axisOf(group)}, weight ${weight}, group ${group}${fact === undefined ? '' : `, fact ${fact}`}, ATT&CK [${attack}](https://attack.mitre.org/techniques/${attack.replace('.', '/')}/)${isConfirmed === true ? ', confirmed: contained without asking' : ''}.`,
        '',
        `- Looks at: ${actions === undefined ? (isConfirmed === true || looksAt === 'exposure' ? 'credential exposures' : 'every call') : actions.map((action) => `\`${action}\``).join(', ')}`,
        `- Fires: ${titleOf(`${id}.fires`)}. Does not: ${titleOf(`${id}.near-miss`)}.`,
        ...(sparesOwnWorks === true ? ['- Not on: what the identity itself created within a day.'] : []),
        ...(readsRequest === undefined ? [] : ['- Where the record leaves the parameters out: `parameters-left-out`.']),
        `- Runbook: ${runbook}`,
      ]
      return lines.join('\n')
    },
  )
  const head = `# Detectors

Made from the code by \`npm run docs\`; a test holds it current. A detector says *who*: its weight is the probability that the caller is
not the owner, given this finding alone. Or it says *what*: its weight is how bad the calls are. A finding that is a habit of the identity, because the same
detector matched the same action on earlier days ([decision 31](decisions/0031-what-is-a-habit.md)), counts 0.3 of it. Findings that rest on one fact count
once, the strongest. Of *what*, the strongest of each group counts in full, the others a quarter. How they add up and what they lead to:
[decision 3](decisions/0003-noisy-or.md) and [decision 36](decisions/0036-who-and-what.md). Techniques are those of MITRE ATT&CK 19, in which T1685 and its neighbours
took the place of T1562 (Impair Defenses): a system that holds an older version does not know them.

${CATALOGUE.length} detectors.`
  return `${[head, ...sections].join('\n\n')}\n`
}

function titleOf(scenario: string): string {
  return (JSON.parse(readFileSync(join(SCENARIOS, `${scenario}.json`), 'utf8')) as { title: string }).title
}
