import { describe, expect, it } from 'vitest'
import { renderIncident } from '../../local/render/incident.ts'
import type { Paint } from '../../local/render/style.ts'
import { attemptWith } from '../../shared/domain/attempt.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { consoleWorld } from '../console.ts'

const { incident } = await consoleWorld()
const plain: Paint = (_, text) => text

/** What stands beside `credential` for credentials of these ids. */
function shown(credentials: Omit<Incident['credentials'][number], 'isPrimary'>[]): string | undefined {
  return /^ +credential +(.*)$/m.exec(
    renderIncident({ ...incident, credentials: credentials.map((one) => ({ ...one, isPrimary: true })) }, plain),
  )?.[1]
}

describe('the credential of an incident', () => {
  it('is named by its id and kind', () => {
    expect(shown([{ id: 'AKIAEXAMPLE', kind: 'access-key' }])).toBe('AKIAEXAMPLE (access-key)')
  })

  it('is said to be unknown where no event names its id', () => {
    expect(shown([{ id: `none:${incident.identity.id}`, kind: 'none' }])).toBe('one whose id no event names')
  })

  it('is said to be only tried where the call did not authenticate', () => {
    expect(shown([attemptWith({ id: 'console:anna', kind: 'console' })])).toBe(
      "console:anna (only tried: the call was not authenticated as its owner's)",
    )
  })
})
