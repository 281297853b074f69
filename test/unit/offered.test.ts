import { describe, expect, it } from 'vitest'
import { INCIDENT_STATES } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { user } from '../contract/samples.ts'

describe('what a reviewer is offered', () => {
  const OFFERED = {
    watching: ['legitimate', 'compromised', 'contain', 'extend'],
    asking: ['legitimate', 'compromised', 'contain', 'extend'],
    restricting: ['legitimate', 'contain'],
    restricted: ['legitimate', 'compromised', 'contain', 'extend'],
    containing: ['legitimate'],
    contained: ['legitimate', 'compromised', 'extend'],
    releasing: [],
    rotating: [],
    released: [],
    confirmed: [],
    expired: [],
  } as const

  it.each(INCIDENT_STATES)('of an incident that is %s', (state) => {
    expect(offeredFor({ state, identity: user('ci') })).toEqual(OFFERED[state])
    const root = offeredFor({ state, identity: { ...user('root'), kind: 'root' } })
    const isOpen = state === 'watching' || state === 'asking'
    expect(root).toEqual(OFFERED[state].filter((kind) => !isOpen || kind !== 'contain'))
  })
})
