import { describe, expect, it } from 'vitest'
import { packEvidence, unpackEvidence } from '../../shared/domain/evidence-codec.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { FINDING } from '../contract/samples.ts'

describe('the evidence of an identity', () => {
  const place = { place: 'US AS64500', tool: 'aws-cli' }
  const findings: Finding[] = [
    FINDING,
    { ...FINDING, signalId: 'e-2', fact: 'another fact', isConfirmed: true },
    { ...FINDING, signalId: 'e-3', scenes: [place, { ...place, object: 'reports' }] },
    { ...FINDING, signalId: 'e-4', scenes: [place] },
  ]

  it('is stored with each kind and each scene once, and read back as it was', () => {
    const stored = packEvidence(findings)
    expect([stored.kinds.length, stored.scenes.length, stored.evidence.length]).toEqual([2, 2, 4])
    expect(unpackEvidence(stored as never)).toEqual(findings)
    expect(unpackEvidence(packEvidence([]) as never)).toEqual([])
  })
})
