import { describe, expect, it } from 'vitest'
import { showBaseline } from '../../local/commands/baseline.ts'
import { listDetectors, showDetector } from '../../local/commands/detectors.ts'
import { explainIncident } from '../../local/commands/explain.ts'
import { listIncidents } from '../../local/commands/incidents.ts'
import { showPatterns } from '../../local/commands/patterns.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { noFigures, renderSignals } from '../../local/evaluate/signal-figures.ts'
import { renderReach, renderReaches } from '../../local/render/reach.ts'
import { renderStoredReach, renderStoredReaches } from '../../local/render/stored-reach.ts'
import { wrapText } from '../../local/render/wrap.ts'
import { incidentTable } from '../../local/replay/incident-rows.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { consoleWorld } from '../console.ts'
import { NOW } from '../embedded.ts'
import { allow, OWN_ACCOUNT, reachOf, roleArn, roleWith, userWith } from '../reach.ts'
import { tooWide, wordsOf } from '../uncut.ts'

const paint = (_: unknown, text: string) => text
const { target, incident } = await consoleWorld({ options: '--stack Countersign-production --region eu-central-1' })
const detectors = { policy: parsePolicy({ version: 3, detectors: { 'new-country': { weight: 0.5 } } }), from: 'policy.yaml', now: NOW }
const LONG = `a-role-of-the-${'very-'.repeat(9)}long-kind`
const reach = reachOf([
  userWith('ann', allow('sts:AssumeRole', roleArn(LONG)), allow(['iam:PutUserPolicy', 's3:DeleteObject', 'secretsmanager:GetSecretValue'])),
  roleWith(LONG, OWN_ACCOUNT, allow('*')),
])
const stored = {
  id: roleArn(LONG),
  score: 90,
  reasons: ['can grant itself more rights', 'can read secrets'],
  paths: ['iam-001'],
  before: 40,
  since: NOW,
  at: NOW,
}

type Printed = (width: number | undefined) => string | Promise<string>

/** What is printed in detail: nothing of it may be left out. */
const DETAILS: Readonly<Record<string, Printed>> = {
  'incidents show': (width) => showIncident(target, incident.id, { isJson: false, paint, width }),
  explain: (width) => explainIncident(target, incident.id, { model: undefined, isJson: false, paint, width }),
  'baseline show': (width) => showBaseline(target, incident.identity.id, { isJson: false, width }),
  'patterns list': async (width) => wrapText(await showPatterns(target, { isJson: false }), width),
  'detectors, one': (width) => CATALOGUE.map(({ id }) => showDetector(id, { ...detectors, isJson: false, width })).join('\n'),
  'blast-radius, one': (width) => renderReach(reach, width),
  'blast-radius of a stack, one': (width) => renderStoredReach(stored, width),
}

const LISTS: Readonly<Record<string, Printed>> = {
  'incidents list': (width) => listIncidents(target, { isJson: false, isAll: true, width }),
  'the table of a replay': (width) => incidentTable([incident, { ...incident, identity: { ...incident.identity, name: LONG } }], width),
  detectors: (width) => listDetectors({ ...detectors, isJson: false, width }),
  'blast-radius': (width) => renderReaches([reach], 3, width),
  'blast-radius of a stack': (width) => renderStoredReaches([stored, { ...stored, id: roleArn('short'), at: NOW - 1 }], width),
  'eval --signals': (width) => renderSignals({ guardduty: { ...noFigures(), rows: 9, reasons: { 'archived at its source': 9 } } }, width),
}

const WIDTHS = [40, 60, 80, 120, 200]

describe.each(WIDTHS)('on a terminal of %i columns', (width) => {
  it.each(Object.entries({ ...DETAILS, ...LISTS }))('%s is no wider, unless one word or command is', async (_, printed) => {
    expect(tooWide(await printed(width), width)).toEqual([])
  })

  it.each(Object.entries(DETAILS))('%s has every word', async (_, printed) => {
    expect(wordsOf(await printed(width)).sort()).toEqual(wordsOf(await printed(undefined)).sort())
  })

  it('the list of incidents names each column that it leaves out', async () => {
    const text = wordsOf(await listIncidents(target, { isJson: false, isAll: true, width })).join(' ')
    for (const name of ['PRIORITY', 'ID', 'STATE', 'RISK', 'WHO', 'SINCE (UTC)', 'FIRST REASON']) expect(text).toContain(name)
  })

  it('each command that can be run next is printed whole', async () => {
    const plain = await showIncident(target, incident.id, { isJson: false, paint })
    const commands = plain.match(/\S.* --reason "…"/g) ?? []
    expect(commands).not.toEqual([])
    const lines = await showIncident(target, incident.id, { isJson: false, paint, width })
    for (const command of commands) expect(lines).toContain(command.trim())
  })
})
