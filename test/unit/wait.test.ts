import { describe, expect, it } from 'vitest'
import type { Change, ChangeDraft } from '../../shared/domain/change.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import { SWEEP_ACTOR } from '../../shared/domain/sweep-actor.ts'
import { waitOf } from '../../shared/review/wait.ts'
import { incidentOf } from '../contract/samples.ts'
import { NOW } from '../embedded.ts'

const MINUTE = 60_000
const ID = 'inc-0123456789ab'

type Entry = Partial<Omit<ChangeDraft, 'at'>> & { kind: ChangeDraft['kind']; at: number }

const chainOf = (...entries: Entry[]): Change[] =>
  entries.map(
    ({ at, ...entry }, index) =>
      ({
        number: index + 1,
        hash: `h-${index + 1}`,
        actor: 'lead',
        target: `incident:${ID}`,
        from: null,
        to: null,
        why: 'x',
        ...entry,
        at: new Date(at).toISOString(),
      }) as Change,
  )
const opened: Entry = { kind: 'decision', at: NOW - 100 * MINUTE, actor: 'countersign:respond' }

function wait({ incident = {} as Partial<Incident>, changes = [opened], orders = [] as Entry[] } = {}) {
  const decidedBy = { signalId: 'e-1', time: NOW - 200 * MINUTE, origin: undefined }
  return waitOf(incidentOf(ID, { decidedBy, ...incident }), { changes: chainOf(...changes), orders: chainOf(...orders), now: NOW })
}

describe('how long people are waited for', () => {
  it.each<[string, Parameters<typeof wait>[0], number]>([
    ['the first entry of the chain', {}, opened.at],
    ['what decided', { incident: { decidedBy: { signalId: 'e-1', time: NOW - MINUTE, origin: undefined } } }, NOW - MINUTE],
    ['the containment', { incident: { containedAt: NOW - MINUTE } }, NOW - MINUTE],
    ['the restriction', { incident: { restrictedAt: NOW - MINUTE } }, NOW - MINUTE],
    ['an order of a person', { orders: [{ kind: 'order', at: NOW - MINUTE }] }, NOW - MINUTE],
    ['no order of the sweep', { orders: [{ kind: 'order', at: NOW - MINUTE, actor: SWEEP_ACTOR }] }, opened.at],
    ['a time of now', { incident: { containedAt: NOW } }, NOW],
    ['no time in the future, which whoever may write the incident may have written', { incident: { containedAt: NOW + 1 } }, opened.at],
    ['an extension that is over', { incident: { extendedUntil: NOW - MINUTE } }, NOW - MINUTE],
    ['an extension that ends now', { incident: { extendedUntil: NOW } }, NOW],
    ['no extension in the future that the chain does not have', { incident: { extendedUntil: NOW + MINUTE } }, opened.at],
    [
      'an extension that the chain has',
      {
        incident: { extendedUntil: NOW + MINUTE },
        changes: [opened, { kind: 'extension', at: NOW - MINUTE, to: { until: NOW + MINUTE } }],
      },
      NOW + MINUTE,
    ],
    [
      'no extension to another time',
      {
        incident: { extendedUntil: NOW + MINUTE },
        changes: [
          opened,
          { kind: 'extension', at: NOW - MINUTE, to: { until: NOW + 2 * MINUTE } },
          { kind: 'extension', at: NOW, to: null },
        ],
      },
      opened.at,
    ],
    [
      'no entry of another kind that says the same',
      { incident: { extendedUntil: NOW + MINUTE }, changes: [opened, { kind: 'notice', at: NOW - MINUTE, to: { until: NOW + MINUTE } }] },
      opened.at,
    ],
  ])('is counted from %s', (_, parts, from) => {
    expect(wait(parts)).toMatchObject({ remindFrom: from, since: from })
  })

  it.each<[Entry['kind'], Partial<Entry>, boolean]>([
    ['decision', {}, true],
    ['state', {}, true],
    ['verdict', {}, true],
    ['state', { actor: SWEEP_ACTOR }, false],
    ['step-done', {}, false],
    ['notice', {}, false],
  ])('an entry %s postpones the expiry, and no reminder: %j is %s', (kind, parts, isMove) => {
    const found = wait({ changes: [opened, { kind, at: NOW - MINUTE, ...parts }] })
    expect(found).toMatchObject({ remindFrom: opened.at, since: isMove ? NOW - MINUTE : opened.at })
  })

  it('is told as the orders have it, each notice by itself, since the wait began', () => {
    const notice = (to: string, at: number): Entry => ({ kind: 'notice', to, at, actor: SWEEP_ACTOR })
    const told = (...orders: Entry[]) => wait({ orders }).told
    expect(told()).toEqual({ escalated: undefined, paged: undefined })
    expect(told(notice('escalated', NOW - 9), notice('escalated', NOW - 5))).toEqual({ escalated: NOW - 5, paged: undefined })
    expect(told(notice('paged', opened.at))).toEqual({ escalated: undefined, paged: opened.at })
    expect(told(notice('paged', opened.at - 1))).toEqual({ escalated: undefined, paged: undefined })
    expect(told({ ...notice('paged', NOW), kind: 'approval' })).toEqual({ escalated: undefined, paged: undefined })
  })

  it('knows whether steps are in place', () => {
    const planned: Entry = { kind: 'step-planned', at: NOW, target: 'user-policy:ci/x', to: 'x' }
    expect(wait().isContained).toBe(false)
    expect(wait({ changes: [opened, planned] }).isContained).toBe(true)
    expect(wait({ changes: [opened, planned, { ...planned, kind: 'step-undone' }] }).isContained).toBe(false)
  })

  const legitimate = { kind: 'legitimate', by: 'lead', reason: 'x', at: new Date(NOW).toISOString() } as const
  const refused: Entry = { kind: 'state', at: NOW, from: 'releasing', to: 'asking' }
  const released: Entry = { kind: 'order', at: NOW, to: 'release' }

  it.each<[IncidentState, Incident['verdict'], Entry[], Entry[], boolean]>([
    ['asking', legitimate, [opened, refused], [released], true],
    ['contained', legitimate, [opened, refused], [released], false],
    ['asking', { ...legitimate, kind: 'compromised' }, [opened, refused], [released], false],
    ['asking', undefined, [opened, refused], [released], false],
    ['asking', legitimate, [opened], [released], false],
    ['asking', legitimate, [opened, refused], [], false],
  ])('knows whether a release is unfinished: %s', (state, verdict, changes, orders, isUnfinished) => {
    expect(wait({ incident: { state, verdict }, changes, orders }).isReleaseUnfinished).toBe(isUnfinished)
  })
})
