import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dismissIncidents, whatDismissalDoes } from '../../local/commands/dismiss.ts'
import { confirmIncident, containIncident, releaseIncident, whatFollows } from '../../local/commands/incidents.ts'
import { lookAtEach } from '../../local/dismiss-each.ts'
import type { Target } from '../../local/target.ts'
import type { Change } from '../../shared/domain/change.ts'
import { INCIDENT_STATES, type Incident } from '../../shared/domain/incident.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { consoleWorld } from '../console.ts'

const ESCAPES = [
  '\u001b[2J',
  '\u001b]8;;https://example.com\u0007',
  '\u009b31m',
  '\u202e',
  '\u200b',
  '\r',
  '\n',
  '\u2028',
  '\b',
  '\0',
] as const

/** Names as whoever writes an event may give them. */
const hostile = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...ESCAPES), fc.constantFrom('', "'; rm -rf ~ #", '$(id)', 'ci'))
  .map((parts) => parts.join(''))

/** What a terminal acts on, or what shows a text as another. Lines end where the command ends them. */
const ACTED_ON = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

const world = await consoleWorld()
const changes = await world.ports.record.list(incidentSubject(world.incident.id))

/** A target in which all that whoever is watched chooses reads so, whatever was asked. Of an incident that was never contained there are no changes. */
function targetOf(text: string, parts: Partial<Incident>): Target {
  const { target, incident } = world
  const said: Incident = {
    ...incident,
    identity: { ...incident.identity, id: `${incident.identity.id}${text}`, name: text },
    credentials: incident.credentials.map((one) => ({ ...one, id: `${one.id}${text}` })),
    decision: { ...incident.decision, why: [text] },
    lineage: incident.lineage.map((edge) => ({ ...edge, owner: text, id: text })),
    findings: incident.findings.map((one) => ({ ...one, title: text, reason: text })),
    ...parts,
  }
  const poisoned = (change: Change): Change => ({ ...change, target: change.target.replaceAll('ci-build', text), why: text })
  return {
    ...target,
    incidents: { ...target.incidents, get: async () => ({ value: said, version: 1 }) as never, signals: async () => [] },
    record: {
      ...target.record,
      list: async () => (parts.containedAt === undefined && 'containedAt' in parts ? [] : changes.map(poisoned)),
    },
    review: async () => ({ ...said, awaitsSecond: false }),
  }
}

const OPTIONS = { reason: 'it was', isJson: false } as const
const ID = world.incident.id

const PRINTED: Readonly<Record<string, (target: Target) => Promise<string>>> = {
  confirm: (target) => confirmIncident(target, ID, OPTIONS),
  release: (target) => releaseIncident(target, ID, OPTIONS),
  contain: async (target) => (await containIncident(target, ID, OPTIONS)).output,
  async dismiss(target) {
    const looked = await lookAtEach(target, [ID])
    return (await dismissIncidents(target, looked, OPTIONS)).output
  },
  async 'dismiss, before it'(target) {
    const looked = await lookAtEach(target, [ID])
    return looked.some(({ kind }) => kind === 'dismissable') ? whatDismissalDoes(target, looked) : ''
  },
  'confirm, before it': (target) => whatFollows(target, ID, 'compromised'),
  'release, before it': (target) => whatFollows(target, ID, 'legitimate'),
  'contain, before it': (target) => whatFollows(target, ID, 'contain'),
}

describe.each(Object.entries(PRINTED))('what %s prints', (words, print) => {
  it('has no sign that a terminal acts on, whatever the names, in every state', async () => {
    let printed = 0
    await fc.assert(
      fc.asyncProperty(
        hostile,
        fc.constantFrom(...INCIDENT_STATES),
        fc.constantFrom('iam-user' as const, 'role' as const),
        fc.boolean(),
        async (text, state, kind, isUntouched) => {
          const identity = { ...world.incident.identity, name: text, kind }
          const target = targetOf(text, { state, identity, ...(isUntouched ? { containedAt: undefined } : {}) })
          // A state that does not allow the verdict is refused before anything of the incident is printed.
          const output = await print(target).catch((cause: unknown) => String(cause))
          printed += output === '' ? 0 : 1
          expect(output).not.toMatch(ACTED_ON)
        },
      ),
      { numRuns: 300 },
    )
    expect(printed, words).toBeGreaterThan(0)
  })
})

describe('the commands after a confirmation', () => {
  const confirmed = (name: string, kind: 'iam-user' | 'role') =>
    confirmIncident(targetOf('ci-build', { state: 'contained', identity: { ...world.incident.identity, name, kind } }), ID, OPTIONS)

  it.each(['iam-user', 'role'] as const)('are printed of a %s whose name IAM can have given, and of no other', async (kind) => {
    const [good, bad] = [await confirmed('ci-build', kind), await confirmed('ci\u001b[2J-build', kind)]
    const about = kind === 'role' ? 'aws iam get-role --role-name ci-build' : 'aws iam list-user-policies --user-name ci-build'
    expect(good).toContain(about)
    expect(bad).not.toMatch(/aws iam (?:get-role|list-)/)
    // A user of such a name cannot be denied anything, so nothing is said of it.
    if (kind === 'role') expect(bad).toContain('Sessions of role ci·[2J-build')
    if (kind === 'role') expect(bad).toContain('  # the name has signs that no command is printed for: look it up in IAM')
  })
})
