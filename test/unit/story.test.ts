import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderStory } from '../../local/render/story.ts'
import { denyAll } from '../../shared/contain/deny-all.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import { type Change, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Incident, IncidentSignal, IncidentState, NoticeKind } from '../../shared/domain/incident.ts'
import { INCIDENT_STATES, NoticeKind as NoticeKinds } from '../../shared/domain/incident.ts'
import { doneText } from '../../shared/domain/story/done-text.ts'
import { plainText } from '../../shared/domain/story/said.ts'
import { withShortIds } from '../../shared/domain/story/short-ids.ts'
import { storyOf } from '../../shared/domain/story/story.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { linesOf } from '../../shared/review/explain/lines.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { AT, incidentOf, signalOf, user } from '../contract/samples.ts'
import { STEP_SAMPLES } from '../contract/step-samples.ts'
import { slackFaults, storyFaults, textFaults } from '../story-faults.ts'

const ID = 'inc-0123456789ab'
const STACK = { name: 'Countersign', region: 'us-east-1' }
const DAY = 86_400_000
const policy = parsePolicy({ version: 3 })

const USUAL = {
  since: AT - 30 * DAY,
  calls: 240,
  countries: ['US'],
  networks: ['Example Broadband'],
  tools: ['aws-cli'],
  services: ['sts', 's3'],
}

const from = (id: string, after: number, parts: Partial<IncidentSignal> = {}): IncidentSignal => ({
  ...signalOf(id, AT + after * 1000),
  country: 'RO',
  network: 'Example VPN',
  networkKind: 'anonymiser',
  isUsualPlace: false,
  ...parts,
})

const atHome = { country: 'US', network: 'Example Broadband', networkKind: 'access', isUsualPlace: true, detectors: [] } as const
const refused = { outcome: 'denied', errorCode: 'AccessDenied' } as const

const SIGNALS: IncidentSignal[] = [
  from('a', 0),
  from('b', 5, { action: 'secretsmanager:GetSecretValue', objects: ['prod/db'] }),
  from('c', 6, { action: 'iam:CreateUser' }),
  from('d', 40, { ...refused, action: 'iam:ListUsers' }),
  from('e', 90, { ...refused, action: 'iam:ListRoles' }),
  from('f', 95, { ...refused, ...atHome, action: 's3:PutObject', objects: ['artefacts'] }),
  from('g', 99, { ...refused, ...atHome, action: 's3:PutObject', objects: ['artefacts'] }),
]

function changesOf(...titles: readonly string[]): Change[] {
  const drafts = titles.flatMap((why, at) => {
    const target = `access-key:ci-deploy/AKIA${at}`
    return [
      { kind: 'step-planned' as const, target, from: 'Active', to: 'Inactive', why },
      { kind: 'step-done' as const, target, from: 'Active', to: 'Inactive', why: 'read back' },
    ]
  })
  const changes: Change[] = []
  for (const draft of drafts)
    changes.push(
      chain(`INCIDENT#${ID}`, changes.at(-1) ?? EMPTY_CHAIN, { ...draft, at: '2026-01-31T12:01:00.000Z', actor: 'countersign:contain' }),
    )
  return changes
}

const DONE = changesOf('key AKIAIOSFODNN7EXAMPLE of ci-deploy switched off', 'ci-deploy denied everything, by an inline policy')
const CONTAINED = incidentOf(ID, { state: 'contained', containedAt: AT + 60_000, usual: USUAL, owner: 'platform' })
const told = (parts: Partial<Incident> = {}, signals: readonly IncidentSignal[] = SIGNALS, changes: readonly Change[] = DONE) =>
  storyOf({ incident: { ...CONTAINED, ...parts }, signals, changes }).sentences.map((one) => plainText(one.parts))

describe('the story of an incident', () => {
  it('says who, the usual use against this one, when, what succeeded, what was refused, what was done and what it costs the owner', () => {
    expect(told()).toEqual([
      'Key …MPLE of ci-deploy (owner platform; account 123456789012) was used from Romania over a VPN or Tor (“Example VPN”) by aws-cli at 12:00 UTC on 2026-01-31.',
      'Usually it is used about 8 times a day from the United States (“Example Broadband”) by aws-cli, for sts and s3, since 2026-01-01.',
      '3 calls with findings succeeded: iam:CreateUser, secretsmanager:GetSecretValue of “prod/db” and sts:GetCallerIdentity.',
      'Refused: 3 calls after the containment and 1 before that.',
      'Done: at 12:01 UTC key …MPLE of ci-deploy switched off; ci-deploy denied everything, by an inline policy.',
      'What it costs the owner: 2 calls from the usual place refused since, the last at 12:01 UTC on 2026-01-31: s3:PutObject (2) of artefacts; CloudTrail keeps no record of calls with the switched-off key, so there may be more.',
    ])
    expect(storyFaults({ incident: CONTAINED, signals: SIGNALS, changes: DONE })).toEqual([])
  })

  it('says so where the habit is not known, and what it costs is not either', () => {
    const young = { ...USUAL, since: AT - 3_600_000, calls: 3 }
    expect(told({ usual: young })[1]).toBe('How it is usually used is not known: its history has 3 calls since 2026-01-31 11:00 UTC.')
    const { usual: _, ...older } = CONTAINED
    const signals = SIGNALS.map(({ isUsualPlace: _place, ...signal }) => signal)
    const lines = storyOf({ incident: older, signals, changes: DONE }).sentences.map(({ parts }) => plainText(parts))
    expect(lines[1]).toBe('How it is usually used is not known.')
    expect(lines.at(-1)).toBe('What it costs the owner is not known, because its usual place is not.')
  })

  it('says once that calls with a switched-off key leave no record, and only where a key is off', () => {
    const costs = (changes: readonly Change[], parts: Partial<Incident> = {}, signals = SIGNALS) =>
      told(parts, signals, changes).filter((line) => line.startsWith('What it costs the owner'))
    const off = 'CloudTrail keeps no record of calls with the switched-off key, so there may be '
    const unseen = SIGNALS.filter(({ detectors, outcome }) => detectors.length > 0 || outcome === 'success')
    expect(costs(DONE, {}, unseen)).toEqual([
      `What it costs the owner: no call from the usual place is known to be refused since; ${off}some.`,
    ])
    expect(costs(DONE)[0]?.split(off)).toHaveLength(2)
    // What was given back, and what is gone, was off once.
    const once = 'CloudTrail keeps no record of calls with a key while it is switched off, so there may be some.'
    for (const kind of ['step-undone', 'step-gone'] as const) {
      const ended = DONE.filter((change) => change.kind === 'step-done').map((change) => ({
        ...change,
        kind,
        from: change.to,
        to: change.from,
      }))
      expect(costs([...DONE, ...ended], { state: 'released' }, unseen)[0]?.endsWith(`; ${once}`)).toBe(true)
    }
    const unread = storyOf({ incident: { ...CONTAINED, state: 'released' }, signals: unseen }).sentences.at(-1)
    expect(plainText(unread?.parts ?? []).endsWith(`; ${once}`)).toBe(true)
    const denied = DONE.map((change) => (change.to === 'Inactive' ? { ...change, to: 'deny all' } : change))
    for (const changes of [[], denied, DONE.filter(({ kind }) => kind === 'step-planned')])
      expect(costs(changes)[0]).not.toContain('no record')
    const restricted = costs([], { state: 'restricted', restrictedAt: AT + 60_000, containedAt: undefined }, unseen)
    expect(restricted).toEqual(['What it costs the owner: no call from the usual place is known to be refused since.'])
  })

  it('says of what it costs that sessions issued before the first finding ended too, and of later ones nothing', () => {
    const session = (time: number, id = `ASIA${time}`) => ({
      kind: 'session' as const,
      id,
      owner: `arn:aws:sts::123456789012:assumed-role/deploy/${id}`,
      parent: 'AKIAIOSFODNN7EXAMPLE',
      signalId: '1',
      time,
    })
    const lineage = [session(AT - 3_600_000), session(AT - 1000), session(AT), session(AT + 1000)]
    const costs = (parts: Partial<Incident>, changes: readonly Change[]) =>
      told({ lineage, openedAt: AT, ...parts }, SIGNALS, changes).filter((line) => line.startsWith('What it costs the owner'))
    const ended = DONE.map((change) => ({ ...change, target: 'role-policy:deploy/CountersignRevoke-inc-1' }))
    expect(costs({}, ended)[0]).toMatch(
      /^What it costs the owner: 2 sessions issued before the first finding ended too; 2 calls from the usual place/,
    )
    expect(costs({ usual: undefined } as never, ended)[0]).toContain('2 sessions issued before the first finding ended too')
    expect(costs({}, DONE)[0]).not.toContain('sessions issued')
    expect(costs({ lineage: lineage.slice(2) }, ended)[0]).not.toContain('issued before')
    expect(costs({ state: 'restricted', restrictedAt: AT, containedAt: undefined }, ended)[0]).not.toContain('issued before')
  })

  it('names the account where the policy has a name for it, and has its id beside it', () => {
    expect(told({ accountName: 'production' })[0]).toContain('(owner platform; account production (123456789012)) was used')
    const root = { ...CONTAINED.identity, kind: 'root' as const }
    expect(told({ accountName: 'production', identity: root })[0]).toMatch(/^The root user of account production \(123456789012\) /)
    expect(told({ accountName: 'Prod <b>2</b>' })[0]).toContain('account “Prod <b>2</b>” (123456789012)')
  })

  it('says that nothing was done where nothing was, and of no call where none was read', () => {
    expect(told({ state: 'asking', containedAt: undefined }, SIGNALS, []).at(-1)).toBe('Nothing was changed: all its calls go on.')
    const unread = storyOf({ incident: CONTAINED }).sentences.map(({ parts }) => plainText(parts))
    expect(unread[0]).toBe('Key …MPLE of ci-deploy (owner platform; account 123456789012) stands out since 12:00 UTC on 2026-01-31.')
    expect(unread).toHaveLength(2)
  })

  it('says of a replayed log what succeeded and what was refused, and of nothing of ours that it did anything', () => {
    const contained = { state: 'contained', restrictedAt: AT + 60_000, containedAt: AT + 70_000, usual: USUAL } as const
    const said = renderStory({ incident: incidentOf(ID, contained), signals: SIGNALS, isReplay: true }).join('\n')
    expect(said).toContain('3 calls with findings succeeded')
    expect(said).toContain('Refused: 4 calls.')
    expect(said).not.toMatch(/after the (?:restriction|containment)|costs the owner|Done/)
  })

  it('says that what was set is gone, and not that nothing was changed', () => {
    const gone = DONE.filter(({ kind }) => kind === 'step-done').map(({ target }) => ({ kind: 'step-gone' as const, target }))
    const changes = [...DONE]
    for (const { kind, target } of gone)
      changes.push(
        chain(`INCIDENT#${ID}`, changes.at(-1) ?? EMPTY_CHAIN, {
          ...{ kind, target, from: null, to: null, why: 'it is no longer there' },
          at: '2026-01-31T12:03:00.000Z',
          actor: 'countersign:contain',
        }),
      )
    const said = told({}, SIGNALS, changes).join('\n')
    expect(said).toContain(
      'What was set is no longer there: the user, the role or the credential is no longer there, removed by somebody else.',
    )
    expect(said).not.toContain('Nothing was changed')
  })

  it('says of what the policy closed that nobody answered, and of no compromise that a person found', () => {
    const verdict = {
      kind: 'compromised',
      by: 'countersign:sweep',
      at: '2026-02-07T12:00:00.000Z',
      reason: 'nobody answered',
    } as unknown as Incident['verdict']
    const incident = incidentOf(ID, { state: 'confirmed', verdict })
    expect(plainText(storyOf({ incident }).headline)).toContain('closed, nobody answered; what was done stays')
  })

  it('is the same in the notice, on the command line, in an explanation and, with names as code, in Slack', async () => {
    const known = { incident: CONTAINED, signals: SIGNALS, changes: DONE }
    const sentences = told()
    expect(noticeOf(CONTAINED, 'contained', STACK, known).body.split('\n').slice(0, 6)).toEqual(sentences)
    expect(renderStory(known).map((line) => line.trim())).toEqual(sentences)
    expect(linesOf(await explain(known, undefined)).map((line) => line.replace(/ \[[^\]]*\]$/, ''))).toEqual(
      expect.arrayContaining(sentences),
    )
    const [, first] = messageOf({ ...known, policy }).blocks as unknown as readonly { text?: { text: string } }[]
    const plain = (text: string) => text.replace(/[“”`]/g, '')
    expect(plain(first?.text?.text ?? '')).toBe(plain(sentences.join('\n')))
  })

  it('cites facts that an explanation has', async () => {
    const known = { incident: CONTAINED, signals: SIGNALS, changes: DONE }
    expect((await explain(known, undefined)).summary.map(({ evidence }) => evidence.join(' ')).slice(0, 6)).toEqual([
      'I O',
      'H',
      'N',
      'X',
      'C2 C4',
      'W',
    ])
  })
})

describe('what was tried and is not confirmed', () => {
  const [KEY_OFF, DENIED] = ['key AKIAIOSFODNN7EXAMPLE of ci-deploy switched off', 'ci-deploy denied everything, by an inline policy']
  const tried = 'Tried, and not confirmed: ci-deploy denied everything, by an inline policy. It may be in place, and it may not.'
  /** The first step is done, and then what is given; the second is planned. */
  const followedBy = (...kinds: readonly ('step-undone' | 'step-gone')[]): Change[] => {
    const done = changesOf(KEY_OFF, DENIED).filter(({ kind, target }) => kind === 'step-planned' || target.endsWith('/AKIA0'))
    const [first] = done as [Change]
    return [...done, ...kinds.map((kind) => ({ ...first, kind, why: 'user ci-deploy is no longer there' }))]
  }

  it.each([
    ['beside what is in place', [], 'Done: at 12:01 UTC key …MPLE of ci-deploy switched off.'],
    ['beside what was taken back', ['step-undone'], 'The containment was taken back at 12:01 UTC.'],
    ['beside what is gone', ['step-gone'], 'What was set is no longer there: user ci-deploy is no longer there, removed by somebody else.'],
  ] as const)('is said %s', (_, kinds, made) => {
    expect(told({ state: 'asking' }, SIGNALS, followedBy(...kinds))).toContain(`${made} ${tried}`)
    // What is being done is not confirmed yet.
    expect(told({ state: 'containing' }, SIGNALS, followedBy(...kinds))).toContain(made)
  })
})

describe('the title of a step', () => {
  const told = (title: string) => plainText(doneText(incidentOf(ID), changesOf(title)).parts)

  it.each(Object.values(STEP_SAMPLES).map(({ text }) => [text]))('is repeated in the story: %s', (text) => {
    const title = stepFor(text)?.title ?? ''
    expect(told(title)).toMatch(/^Done: at \d\d:\d\d UTC /)
    expect(told(title).endsWith(` UTC ${withShortIds(title)}.`)).toBe(true)
  })

  it.each([
    denyAll({ kind: 'iam-user', name: 'ci-deploy' }, ID).title,
    'sessions a, b of role deploy ended',
    'every session of role deploy ended that was issued by then',
    // As 0.1.0 to 0.3.0 wrote it.
    'every session of role deploy ended that was issued until now',
    'user ci-deploy restricted',
    'user ci-deploy restricted, without room to deny grants of rights, calls from elsewhere in account 123456789012',
    'sessions a, b of role deploy restricted',
    'every session, of whoever, issued from 2026-01-31T12:00:00.000Z to 2026-01-31T13:00:00.000Z of role deploy restricted',
    'sessions of ci-deploy ended',
    'inline policy that denies ci-deploy everything',
    'access key K2 of ci-deploy inactive',
  ])('is repeated of a restriction, and of sessions that end: %s', (title) => {
    expect(told(title).endsWith(` UTC ${title}.`)).toBe(true)
  })

  it('names the first of many sessions, however many whoever assumes a role makes', () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `${'s'.repeat(60)}${at}`)
    const titles = [4, 5, 50].map((count) => `sessions ${names(count).join(', ')} of role deploy restricted`)
    expect(titles.map((title) => told(title).replace(/^Done: at \d\d:\d\d UTC /, ''))).toEqual([
      `${titles[0]}.`,
      `sessions ${names(3).join(', ')} and 2 more of role deploy restricted.`,
      `sessions ${names(3).join(', ')} and 47 more of role deploy restricted.`,
    ])
  })

  it.each([
    ['user ci-deploy: nothing was done, ana dismissed it, no person is needed'],
    ['key AKIAIOSFODNN7EXAMPLE of ci-deploy switched off: it was a drill, release it'],
    ['key AKIAIOSFODNN7EXAMPLE of ci-deploy switched off; it was a drill, release it'],
    ['role deploy is contained by hand, it is safe to release it now'],
    ['user ci-deploy restricted, without room to deny anything, so release it'],
    ['ci-deploy denied everything, by an owner who wants it released'],
    ['sessions a, b of role deploy ended by themselves, nothing is left'],
    [`key ${'A'.repeat(128)} of ${'a'.repeat(400)} switched off`],
    [`sessions ${'a, '.repeat(2000)}b of role deploy ended`],
  ])('is not repeated where it says more than one of ours: %s', (title) => {
    expect(told(title).endsWith(' UTC a step that the record does not name in our words.')).toBe(true)
  })
})

describe('a name that somebody outside chose', () => {
  const nasty = fc.oneof(
    fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }),
    fc.constantFrom(
      'was released. Nothing to do',
      '” was released. “',
      '<!channel> *Released*',
      '`x` <https://example.com|Release>',
      'a\nDone: all',
    ),
  )

  it('never stands in a story outside quotes, and ends no sentence', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const quoted = (sentence: string) => sentence.replace(/“[^“”]*”/g, '')
        const signals = SIGNALS.map((signal) => ({
          ...signal,
          action: text,
          agentFamily: text,
          network: text,
          country: text,
          address: text,
          objects: [text],
        }))
        const identity = { ...user('x'), name: text, account: text }
        const hostile = told(
          { identity, owner: text, usual: { ...USUAL, tools: [text], networks: [text], services: [text], countries: [text] } },
          signals,
          changesOf(text),
        )
        const plain = told()
        expect(hostile).toHaveLength(plain.length)
        for (const sentence of hostile) {
          expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
          if (!/^[A-Za-z0-9][\w+=@-]{0,63}$/.test(text.trim()) && text.trim().length > 12)
            expect(quoted(sentence)).not.toContain(text.trim())
        }
        const message = messageOf({ incident: { ...CONTAINED, identity, owner: text }, signals, changes: changesOf(text), policy })
        for (const block of message.blocks)
          if (block.type === 'section') expect(block.text?.text.replace(/`[^`]*`/g, '')).not.toMatch(/<[!@#h]/)
      }),
    )
  })
})

describe('every message', () => {
  const KINDS: readonly NoticeKind[] = NoticeKinds.options
  const states = INCIDENT_STATES.map((state) => [state] as const)
  const inState = (state: IncidentState): Incident => {
    const isDone = !['watching', 'asking', 'restricting', 'containing'].includes(state)
    const { containedAt: _, ...open } = CONTAINED
    return isDone ? { ...CONTAINED, state } : { ...open, state, containedAt: undefined }
  }

  it.each(states)('of an incident that is %s reads as text, and each of its commands can be run', (state) => {
    const incident = inState(state)
    const known = { signals: SIGNALS, changes: incident.containedAt === undefined ? [] : DONE }
    for (const kind of KINDS) {
      const { title, body } = noticeOf(incident, kind, STACK, known)
      expect(textFaults(body)).toEqual([])
      expect(title).toMatch(/^[A-Z][^\n]{5,}$/)
      for (const line of body.split('\n').filter((one) => one.trimStart().startsWith('countersign ')))
        expect(line).toContain('--stack Countersign --region us-east-1')
    }
    const message = messageOf({ incident, ...known, policy, stack: STACK })
    expect(slackFaults(message, { isHigh: false })).toEqual([])
  })

  it('is no green release where the policy would contain, or its threshold is reached', () => {
    const styleOf = (incident: Incident) => {
      const blocks = messageOf({ incident, signals: SIGNALS, changes: [], policy }).blocks
      return JSON.stringify(blocks).match(/"action_id":"legitimate"[^}]*}[^}]*?"style":"(\w+)"/)?.[1]
    }
    const asking = inState('asking')
    expect(styleOf(asking)).toBe('primary')
    expect(styleOf({ ...asking, decision: { ...asking.decision, would: 'contain' } })).toBeUndefined()
    expect(styleOf({ ...asking, assessment: { ...asking.assessment, risk: policy.thresholds.contain } })).toBeUndefined()
    expect(styleOf({ ...asking, assessment: { ...asking.assessment, isConfirmed: true } })).toBeUndefined()
  })

  it('has Dismiss where nothing was done, and Release where something was', () => {
    const labels = (incident: Incident, changes: readonly Change[]) =>
      JSON.stringify(messageOf({ incident, signals: SIGNALS, changes, policy }).blocks)
    expect(labels(inState('asking'), [])).toContain('"text":"Dismiss"')
    expect(labels(inState('asking'), [])).not.toContain('"text":"Release"')
    expect(labels(inState('contained'), DONE)).toContain('"text":"Release"')
  })
})
