import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Restriction } from '../../shared/domain/restriction.ts'
import {
  NO_ROOM,
  nothingDoneLine,
  RESTRICTION_PARTS,
  restrictionLines,
  stopsLittle,
  withoutShortfall,
} from '../../shared/domain/restriction-lines.ts'
import { incidentOf } from '../contract/samples.ts'
import { HABIT } from '../restricted.ts'

const UNTIL = Date.UTC(2026, 0, 31, 12, 30)
const CI = { ...incidentOf('inc-0123456789ab'), state: 'restricted', restriction: HABIT } as const
const FENCED: Restriction = { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true }
const GRAVE = 'grants of rights, new credentials, sharing with outsiders, switching off logs, deletion of backups and keys'
const HABITUAL = `outside its habit ${GRAVE}, reading other secrets, starting machines and code`

const of = (parts: Partial<Incident> = {}, why: readonly string[] = []): Incident => ({
  ...CI,
  decision: { ...CI.decision, why: [...CI.decision.why, ...why] },
  ...parts,
})
const noRoom = (parts: string, name = 'ci-deploy') => `user ${name} ${NO_ROOM}${parts}`
const refused = (parts: Partial<Restriction>, why?: readonly string[]) =>
  restrictionLines(of({ restriction: { ...HABIT, ...parts } }, why))?.refused
const goesOn = (parts: Partial<Incident>) => restrictionLines(of(parts))?.goesOn

describe('what is refused', () => {
  it.each<[string, Partial<Restriction>, readonly string[], string]>([
    ['by the habit', {}, [], `${RESTRICTION_PARTS.services} (but not reading and writing their data); ${HABITUAL}.`],
    ['without a habit', { isCovered: false }, [], `${GRAVE}.`],
    [
      'with a fence',
      FENCED,
      [],
      `${RESTRICTION_PARTS.services} (but not reading and writing their data); ${HABITUAL}; every call from outside its usual networks.`,
    ],
    [
      'of data that was never used',
      { neverUsed: ['s3', 'sqs'] },
      [],
      `${RESTRICTION_PARTS.services} (of s3, sqs reading and writing data as well); ${HABITUAL}.`,
    ],
    [
      'with no data that was never used',
      { neverUsed: [] },
      [],
      `${RESTRICTION_PARTS.services} (but not reading and writing their data); ${HABITUAL}.`,
    ],
    [
      'without room for services',
      {},
      [noRoom(RESTRICTION_PARTS.services)],
      `${HABITUAL}. Not refused, for want of room: ${RESTRICTION_PARTS.services}.`,
    ],
    [
      'without room for places and secrets',
      FENCED,
      [noRoom(`${RESTRICTION_PARTS.places}, ${RESTRICTION_PARTS.secrets}`)],
      `${RESTRICTION_PARTS.services} (but not reading and writing their data); outside its habit ${GRAVE}, starting machines and code. Not refused, for want of room: calls from elsewhere, reading other secrets.`,
    ],
    [
      'without room for a brake',
      { isCovered: false, brake: { groups: ['sharing'], until: UNTIL } },
      [noRoom(RESTRICTION_PARTS.brake)],
      `${GRAVE}. Not refused, for want of room: ${RESTRICTION_PARTS.brake}.`,
    ],
    [
      'with a brake of deletion',
      { isCovered: false, brake: { groups: ['deletion'], until: UNTIL } },
      [],
      `${GRAVE}. Until 2026-01-31 12:30 UTC also deletion of data that is its habit, because it was far above its usual rate.`,
    ],
    [
      'with a brake of both',
      { isCovered: false, brake: { groups: ['deletion', 'sharing'], until: UNTIL } },
      [],
      `${GRAVE}. Until 2026-01-31 12:30 UTC also deletion of data and sharing with others that is its habit, because it was far above its usual rate.`,
    ],
    [
      'as the last run said',
      { isCovered: false },
      [noRoom(RESTRICTION_PARTS.grants), noRoom(RESTRICTION_PARTS.sharing)],
      `${GRAVE.replace(' sharing with outsiders,', '')}. Not refused, for want of room: sharing with outsiders.`,
    ],
    ['where another had no room', { isCovered: false }, [noRoom(RESTRICTION_PARTS.sharing, 'worker')], `${GRAVE}.`],
  ])('is said %s', (_, parts, why, expected) => {
    expect(refused(parts, why)).toBe(`Refused now: ${expected}`)
  })

  it.each<[Incident['state'], boolean]>([
    ['restricting', true],
    ['restricted', true],
    ['asking', false],
    ['contained', false],
    ['confirmed', false],
  ])('is said of an incident that is %s: %s', (state, isSaid) => {
    expect(restrictionLines(of({ state })) !== undefined).toBe(isSaid)
    expect(stopsLittle({ state, restriction: { ...HABIT, isCovered: false } })).toBe(isSaid)
    expect(stopsLittle({ state, restriction: HABIT })).toBe(false)
    const { restriction: _, ...none } = of({ state })
    expect(restrictionLines(none)).toBeUndefined()
    expect(stopsLittle(none)).toBe(false)
  })
})

describe('what goes on', () => {
  const role = { ...CI.identity, kind: 'role' } as const
  const sessions = (...names: string[]) => ({ identity: role, restriction: { ...HABIT, sessions: names } })
  const ranges = (length: number) => Array.from({ length }, (_, at) => `192.0.${at}.0/24`)

  it.each<[string, Partial<Incident>, string]>([
    ['of a user', {}, 'Goes on: its usual work. Whoever else has its credential can do that too.'],
    ['without a habit', { restriction: { ...HABIT, isCovered: false } }, 'Goes on: all its other calls. Whoever'],
    ['of a role', sessions('a1', 'b2', 'c3'), 'Goes on: its usual work, and every session of the role but a1, b2, c3. Whoever'],
    [
      'of a role with more sessions',
      sessions('a1', 'b2', 'c3', 'd4', 'e5'),
      'every session of the role but a1, b2, c3 and 2 more. Whoever',
    ],
    [
      'behind a fence',
      { restriction: FENCED },
      'its usual work, from 192.0.2.0/24 alone. Whoever else has its credential can do that too, from those networks.',
    ],
    ['behind a fence of eight', { restriction: { ...FENCED, addresses: ranges(8) } }, `from ${ranges(8).join(', ')} alone.`],
    [
      'behind a fence of ten',
      { restriction: { ...FENCED, addresses: ranges(9), endpoints: ['vpce-0123456789abcdef0'] } },
      `from ${ranges(8).join(', ')} and 2 more alone.`,
    ],
  ])('is said %s', (_, parts, expected) => {
    expect(goesOn(parts)).toContain(expected)
  })

  it.each<[string, Partial<Restriction>, readonly string[], string]>([
    ['the habit is not known', { isCovered: false }, [], ' It stops little: '],
    ['the evidence is about calls', { addresses: ['192.0.2.0/24'] }, [], 'because the evidence is not about the place.'],
    ['no place is stable', { isFenced: true }, [], 'because it has no usual networks that are stable.'],
    ['a range had no room', FENCED, [noRoom(RESTRICTION_PARTS.places)], 'because there was no room for it.'],
    [
      'an endpoint had no room',
      { isFenced: true, endpoints: ['vpce-1'] },
      [noRoom(RESTRICTION_PARTS.places)],
      'because there was no room for it.',
    ],
    [
      'a range and an endpoint had no room',
      { ...FENCED, endpoints: ['vpce-1'] },
      [noRoom(RESTRICTION_PARTS.places)],
      'because there was no room for it.',
    ],
    ['a fence stands', FENCED, [], 'from those networks.'],
  ])('ends with what that leaves open where %s', (_, parts, why, end) => {
    const said = restrictionLines(of({ restriction: { ...HABIT, ...parts } }, why))?.goesOn ?? ''
    if (parts.isCovered === false) expect(said).toContain(end)
    else expect(said.endsWith(end)).toBe(true)
  })
})

describe('an incident that asks', () => {
  const asks = of({ state: 'asking', decision: { ...CI.decision, mode: 'contain', would: 'restrict' } })

  it.each<[string, Incident, boolean]>([
    ['and was to be restricted', asks, true],
    ['and was to be contained', { ...asks, decision: { ...asks.decision, would: 'contain' } }, false],
    ['and was to ask', { ...asks, decision: { ...asks.decision, would: 'ask' } }, false],
    ['and was restricted', { ...asks, restrictedAt: 1 }, false],
    ['and was contained', { ...asks, containedAt: 1 }, false],
    ['no more', { ...asks, state: 'restricted' }, false],
  ])('%s says that nothing is refused: %s', (_, incident, isSaid) => {
    const line = nothingDoneLine(incident)
    expect(line !== undefined).toBe(isSaid)
    if (isSaid) expect(line).toContain('an IAM user was to be restricted and is not')
  })

  it('forgets what earlier runs had no room for, and is the same object where there was nothing', () => {
    const { decision } = of({}, ['first', noRoom(RESTRICTION_PARTS.places), 'last', noRoom(RESTRICTION_PARTS.grants, 'worker')])
    expect(withoutShortfall(decision)).toEqual({ ...decision, why: [...CI.decision.why, 'first', 'last'] })
    expect(withoutShortfall(CI.decision)).toBe(CI.decision)
  })
})
