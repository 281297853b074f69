import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differencesOf } from './difference.ts'

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
const ids = readdirSync(import.meta.dirname).flatMap((file) => file.match(/^(.+)\.near-miss\.json$/)?.[1] ?? [])

/** A call more or less, or a call of another name: then a detector may stay silent because there is nothing for it to see. */
const PROVES_NOTHING = /^(events\.\d+\.call|(events|past\.calls)\.\d+\+)$/

describe('near misses', () => {
  it('are there for every case that fires', () => {
    expect(ids.length).toBeGreaterThanOrEqual(91)
  })

  it.each(ids)('%s: the near miss differs from the firing case in one value', (id) => {
    const places = differencesOf(read(`${id}.fires`), read(`${id}.near-miss`))
    expect(places).toHaveLength(1)
    expect(places.filter((place) => PROVES_NOTHING.test(place))).toEqual([])
  })
})

describe('the differences of two scenarios', () => {
  const event = { call: 'iam:CreateUser', request: { userName: 'a' } }

  it('leave out title and expectation', () => {
    expect(differencesOf({ title: 'a', events: [event], expect: {} }, { title: 'b', events: [event], expect: { not: [] } })).toEqual([])
  })

  it('name every value that is another, more or missing', () => {
    const other = { call: 'iam:CreateUser', request: { userName: 'b', path: '/' }, error: 'AccessDenied' }
    expect(differencesOf({ events: [event] }, { events: [other] })).toEqual([
      'events.0.request.userName',
      'events.0.request.path',
      'events.0.error',
    ])
    expect(differencesOf({ events: [event] }, { past: { days: 3, calls: [] }, events: [event] })).toEqual(['past.days', 'past.calls'])
  })

  it('count an element more as one, and lists that differ otherwise as all that is in them', () => {
    expect(differencesOf({ events: [event] }, { events: [event, { call: 'iam:DeleteUser' }] })).toEqual(['events.1+'])
    expect(differencesOf({ events: [event] }, { events: [{ call: 'iam:DeleteUser' }, { call: 'iam:DeleteRole' }] })).toHaveLength(2)
  })

  it('read a call of the past that is its name alone as a call', () => {
    const past = (call: string | object) => ({ past: { days: 1, calls: [call] } }) as never
    expect(differencesOf(past('s3:ListBuckets'), past({ call: 's3:ListBuckets', from: '192.0.2.1' }))).toEqual(['past.calls.0.from'])
  })
})
