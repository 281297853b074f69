import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/domain/change.ts'
import { chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { linesOf } from '../../shared/review/explain/lines.ts'
import { detailsOf } from '../../shared/slack/details.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { reasonForm } from '../../shared/slack/reason-form.ts'
import { FINDING, incidentOf, user } from '../contract/samples.ts'
import { TWO_REVIEWERS } from '../slack.ts'

const ID = 'inc-0123456789ab'

interface Block {
  readonly type: string
  readonly text?: { readonly type: string; readonly text: string; readonly verbatim?: boolean }
  readonly elements?: readonly {
    readonly text?: { readonly text: string } | string
    readonly action_id?: string
    readonly value?: string
  }[]
}

const blocksOf = (incident: Incident, changes: readonly Change[] = [], policy = TWO_REVIEWERS) =>
  messageOf({ incident, changes, policy }).blocks as unknown as Block[]
const buttonsOf = (blocks: readonly Block[]) =>
  blocks.flatMap(({ type, elements }) => (type === 'actions' ? (elements ?? []) : [])).map(({ action_id }) => action_id)

/** An incident in which everything that an attacker may name is that text. */
function hostile(text: string): Incident {
  const finding = { ...FINDING, reason: text }
  const base = incidentOf(ID)
  return {
    ...base,
    identity: { ...user(text), name: text, id: text },
    credentials: [{ id: text, kind: 'access-key', isPrimary: true }],
    lineage: [{ kind: 'backdoor', id: text, owner: text, parent: text, signalId: 'e' }],
    findings: [finding],
    assessment: { ...base.assessment, contributions: [{ finding, share: 45 }] },
    decision: { ...base.decision, tier: text, why: [text] },
    verdict: { kind: 'legitimate', by: text, reason: text, at: '2026-01-31T12:00:00Z' },
  }
}

const entry = (kind: Change['kind'], parts: Partial<Change>): Change =>
  ({
    ...chain(`INCIDENT#${ID}`, EMPTY_CHAIN, { at: '2026-01-31T12:00:00Z', actor: 'x', kind, target: 'x', from: null, to: null, why: 'x' }),
    ...parts,
  }) as Change

describe('the message of an incident', () => {
  it.each<[IncidentState, string[]]>([
    ['watching', ['legitimate', 'compromised', 'contain', 'explain', 'details']],
    ['asking', ['legitimate', 'compromised', 'contain', 'explain', 'details']],
    ['containing', ['legitimate', 'explain', 'details']],
    ['contained', ['legitimate', 'compromised', 'explain', 'details']],
    ['releasing', ['explain', 'details']],
    ['released', ['explain', 'details']],
    ['confirmed', ['explain', 'details']],
  ])('has in state %s the buttons that fit it', (state, kinds) => {
    expect(buttonsOf(blocksOf(incidentOf(ID, { state })))).toEqual(kinds)
  })

  it('offers no containment of what cannot be contained', () => {
    const root = { ...user('root'), kind: 'root' as const }
    expect(buttonsOf(blocksOf(incidentOf(ID, { identity: root })))).not.toContain('contain')
  })

  it('opens the form first where the policy wants a reason', () => {
    const policy = parsePolicy({ version: 2, slack: { reasonFor: ['contain'] } })
    expect(buttonsOf(blocksOf(incidentOf(ID), [], policy))).toContain('contain:reason')
  })

  it('says priority, who, why in three lines at most, what was done and what waits', () => {
    const contributions = Array.from({ length: 9 }, (_, at) => ({ finding: { ...FINDING, reason: `reason ${at}` }, share: 9 - at }))
    const changes = Array.from({ length: 5 }, (_, at) => [
      entry('step-planned', { target: `access-key:ci/${at}`, why: `key AKIAEXAMPLE${at}000${at + 1} of ci switched off` }),
      entry('step-done', { target: `access-key:ci/${at}` }),
    ]).flat()
    const base = incidentOf(ID)
    const blocks = blocksOf(incidentOf(ID, { assessment: { ...base.assessment, contributions } }), changes)
    const text = (start: string) => blocks.find((block) => block.text?.text.startsWith(start))?.text?.text.split('\n') ?? []
    expect(text('*Priority')).toEqual([
      '*Priority 27* (risk 45, blast radius 60)',
      expect.stringContaining('user/ci-deploy'),
      `*Look* \`countersign incidents show ${ID}\` or \`countersign console --incident ${ID}\``,
    ])
    expect(text('*Why*')).toHaveLength(4)
    expect(text('Key …MPLE of `ci-deploy`').at(-1)).toBe(
      'Done: at 12:00 UTC key …0001 of ci switched off; key …0002 of ci switched off; key …0003 of ci switched off; key …0004 of ci switched off and 1 more.',
    )
    expect(text('*Asked because')).toEqual(['*Asked because* `risk 45 of 40`'])
    expect(text('*To do')).toEqual([])
  })

  it('lets no text of an attacker be mark-up, mention or link, and stays inside the limits of Slack', async () => {
    const nasty = fc.oneof(
      fc.string({ maxLength: 400, unit: 'grapheme' }),
      fc.constantFrom(
        '<!channel>',
        '<@U0ALICE>',
        '<https://example.com|Release>',
        '*bold*\n*Released* by you',
        '`<!here>`',
        '‮drawkcab',
        '&lt;!channel&gt;',
        'https://example.com',
        ''.padEnd(5000, '<'),
      ),
    )
    await fc.assert(
      fc.asyncProperty(nasty, fc.constantFrom<IncidentState>('asking', 'contained', 'released', 'confirmed'), async (text, state) => {
        const incident = { ...hostile(text), state }
        const changes = [
          entry('step-planned', { target: `user-policy:${text}`, actor: text, why: text }),
          entry('step-done', { target: `user-policy:${text}` }),
          entry('verdict', { to: 'containing', actor: text, why: text }),
        ]
        const signal = {
          id: 'e',
          time: 1,
          identityId: text,
          credentialId: text,
          action: text,
          outcome: 'success' as const,
          errorCode: text,
          address: text,
          country: text,
          agentFamily: text,
          region: text,
          detectors: [],
          risk: 1,
        }
        const messages = [messageOf({ incident, changes, policy: TWO_REVIEWERS }), detailsOf(incident, { signals: [signal], changes })]
        for (const { blocks, text: beside } of messages) {
          expect(blocks.length).toBeLessThanOrEqual(50)
          expect(beside).not.toMatch(/<|>/)
          for (const block of blocks as unknown as Block[]) {
            const own = block.text
            if (block.type === 'header') expect(own?.text.length).toBeLessThanOrEqual(150)
            if (own?.type !== 'mrkdwn') continue
            expect(own.text.length).toBeLessThanOrEqual(3000)
            expect(own.verbatim).toBe(true)
            expect(own.text).not.toMatch(/<|>/)
            // What an attacker wrote stands between back-ticks, in one line.
            for (const line of own.text.split('\n')) expect(line.split('`').length % 2, line).toBe(1)
          }
        }
        expect(
          JSON.stringify(
            reasonForm({ kind: 'legitimate', incidentId: ID, revision: revisionOf(incident), channel: 'C0123ABCD', ts: '1.1' }),
          ).length,
        ).toBeLessThan(3000)
        for (const line of linesOf(await explain({ incident, signals: [], changes }, undefined))) expect(line).not.toMatch(/[\n\r\u202e]/)
      }),
      { numRuns: 300 },
    )
  })

  it('says whose word it was: a mention for a user of Slack, a name for anybody else', () => {
    const verdict = { kind: 'compromised', reason: 'stolen', at: '2026-01-31T12:00:00Z' } as const
    const text = (by: string) => JSON.stringify(blocksOf(incidentOf(ID, { state: 'confirmed', verdict: { ...verdict, by } })))
    expect(text('slack:U0ALICE')).toContain('*Confirmed* by <@U0ALICE>: `stolen`')
    expect(text('arn:aws:iam::123456789012:user/lead')).toContain('by `arn:aws:iam::123456789012:user/lead`')
    expect(text('slack:U0ALICE> <!channel')).not.toContain('<!channel')
  })

  it('says that not all could be given back, and what was reversed', () => {
    const verdict = { kind: 'legitimate', by: 'slack:U0ALICE', reason: 'x', at: '2026-01-31T12:00:00Z' } as const
    expect(JSON.stringify(blocksOf(incidentOf(ID, { state: 'asking', verdict })))).toContain('Not every step could be undone')
    const { text } = messageOf({ incident: incidentOf(ID, { state: 'contained' }), changes: [], policy: TWO_REVIEWERS, isReversed: true })
    expect(text).toBe('Somebody reversed the containment of ci-deploy; it is being applied again')
  })
})

describe('the revision that a button is bound to', () => {
  const base = incidentOf(ID)
  it.each<[string, Partial<Incident>, boolean]>([
    ['another state', { state: 'contained' }, true],
    ['another round of the same state', { head: { number: 9, hash: 'f'.repeat(64) } }, true],
    ['a new kind of evidence', { findings: [...base.findings, { ...FINDING, detector: 'llm-jacking' }] }, true],
    ['a stronger decision', { decision: { ...base.decision, would: 'contain' } }, true],
    ['the same evidence once more', { findings: [...base.findings, FINDING], updatedAt: base.updatedAt + 1 }, false],
    ['a notice that was paid', { owedNotice: 'ask' }, false],
  ])('changes with %s: %#', (_, parts, changes) => {
    expect(revisionOf({ ...base, ...parts }) !== revisionOf(base)).toBe(changes)
  })
})
