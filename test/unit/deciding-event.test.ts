import { describe, expect, it } from 'vitest'
import { decidingEventOf } from '../../shared/domain/lookup-progress.ts'
import { incidentOf } from '../contract/samples.ts'

describe('what CloudTrail said of the deciding event', () => {
  it('is that of the event that decides now, where it was asked', () => {
    const about = (signalId: string) => ({ decidingEvent: { signalId, outcome: 'known' } }) as never
    expect(decidingEventOf(incidentOf('i', { lookups: undefined }))).toBeUndefined()
    expect(decidingEventOf(incidentOf('i', { lookups: {} as never }))).toBeUndefined()
    expect(decidingEventOf(incidentOf('i', { lookups: about('e-1') }))).toMatchObject({ signalId: 'e-1' })
    expect(decidingEventOf(incidentOf('i', { lookups: about('e-2') }))).toBeUndefined()
  })
})
