import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Change } from '../../shared/domain/change.ts'
import { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { readChange } from '../../shared/domain/migrations/change.ts'
import { readIncident, readSignal } from '../../shared/domain/migrations/incident.ts'
import { packState, unpackState } from '../../shared/domain/state-codec.ts'
import { ResponderError } from '../../shared/errors.ts'
import { type Item, readRelease } from '../fixtures/items.ts'

const ITEMS = ['0.1.0', '0.2.0', '0.3.0'].flatMap((release) => [...readRelease(release).values()].flat())

/** A wrong value for any place: null, other types, other words, numbers that are too large, and nesting. */
const WRONG = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 'x', -1, 1.5, 1e308, -1e308, 9e15, [], {}, [[]], [null], '2026', 'door', '__proto__', {
    toString: 1,
  }),
  fc.double({ noNaN: true }),
  fc.string(),
  fc.jsonValue(),
)

type Mutation = { readonly at: number; readonly how: 'drop' | 'replace' | 'add' | 'double'; readonly value: unknown }

const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({ at: fc.nat(), how: fc.constantFrom<Mutation['how']>('drop', 'replace', 'add', 'double'), value: WRONG }),
  { minLength: 1, maxLength: 3 },
)

/** Every place in a value that has something in it. */
function placesIn(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}

function mutated(text: string, changes: readonly Mutation[]): string {
  const value = JSON.parse(text)
  for (const { at, how, value: shared } of changes) {
    // A copy: what one case changes in it must not reach the next.
    const wrong = structuredClone(shared)
    const places = placesIn(value)
    const place = places[at % Math.max(1, places.length)]
    if (place === undefined) continue
    const { holder, key } = place
    if (how === 'drop' && Array.isArray(holder)) holder.splice(Number(key), 1)
    else if (how === 'drop') delete holder[key]
    else if (how === 'replace') holder[key] = wrong
    else if (how === 'add') holder[`${key}x`] = wrong
    else if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
    else holder[key] = [holder[key], structuredClone(holder[key])]
  }
  return JSON.stringify(value)
}

/** What a text is read to, or undefined where it is refused; any other error fails the test. */
function readOrRefused<T>(read: () => T, code: string): T | undefined {
  try {
    return read()
  } catch (cause) {
    expect(cause).toBeInstanceOf(ResponderError)
    expect((cause as ResponderError).code).toBe(code)
    return undefined
  }
}

const KINDS = [
  {
    kind: 'incident' as const,
    check: ({ pk }: Item, text: string) => {
      const incident = readOrRefused(() => readIncident(text, pk), 'store.unreadable')
      if (incident === undefined) return false
      expect(Incident.safeParse(incident).success).toBe(true)
      expect(() => new Date(Math.max(incident.openedAt, incident.extendedUntil ?? 0)).toISOString()).not.toThrow()
      return true
    },
  },
  {
    kind: 'signal' as const,
    check: ({ pk }: Item, text: string) => {
      const signal = readOrRefused(() => readSignal(text, pk), 'store.unreadable')
      if (signal === undefined) return false
      expect(IncidentSignal.safeParse(signal).success).toBe(true)
      return true
    },
  },
  {
    kind: 'change' as const,
    check: ({ pk }: Item, text: string) => {
      const change = readOrRefused(() => readChange(text, pk, 1), 'record.unreadable')
      if (change === undefined) return false
      expect(Change.safeParse(change).success).toBe(true)
      return true
    },
  },
  {
    kind: 'state' as const,
    check: ({ pk }: Item, text: string) => {
      const state = readOrRefused(() => unpackState(text, pk), 'store.unreadable')
      if (state === undefined) return false
      expect(unpackState(packState(state))).toEqual(state)
      return true
    },
  },
]

describe.each(KINDS)('a stored $kind that somebody has changed', ({ kind, check }) => {
  const items = ITEMS.filter((item) => item[kind] !== undefined)

  it('is read to a whole one, or refused by its code: nothing else is thrown, and nothing half comes back', () => {
    const seen = { read: 0, refused: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...items), mutations, (item, changes) => {
        const isRead = check(item, mutated(item[kind] ?? '', changes))
        seen[isRead ? 'read' : 'refused'] += 1
      }),
      { numRuns: 2_000 },
    )
    // Both ends are reached, or the property says nothing.
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(50)
  })

  it('is refused where it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom(...items), (text, item) => {
        expect(check(item, text)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
