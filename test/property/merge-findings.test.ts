import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeFindings } from '../../shared/decide/correlate.ts'
import type { Finding } from '../../shared/domain/finding.ts'

const LIMIT = 60

/** Few weights, so that many tie, and more detectors and credentials than an incident has room for. */
const finding = fc
  .record({ detector: fc.nat(24).map((n) => `d${n}`), credentialId: fc.nat(5).map((n) => `k${n}`), weight: fc.nat(6).map((n) => n / 6) })
  .map(
    (row): Finding => ({
      title: row.detector,
      technique: 'T1078',
      reason: '',
      axis: 'who',
      group: 'origin',
      fact: row.detector,
      signalId: 's',
      time: 0,
      isConfirmed: false,
      ...row,
    }),
  )
const signals = fc.array(fc.array(finding, { maxLength: 16 }), { maxLength: 30, size: 'max' })

/** The same without a short cut. */
function merged(known: readonly Finding[], more: readonly Finding[]): Finding[] {
  const strongest = new Map<string, Finding>()
  for (const one of [...known, ...more]) {
    const key = `${one.detector} ${one.credentialId}`
    if ((strongest.get(key)?.weight ?? -1) < one.weight) strongest.set(key, one)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight).slice(0, LIMIT)
}

describe('the findings of an incident', () => {
  it('are the strongest of each detector and credential, however many come and in whatever order', () => {
    fc.assert(
      fc.property(signals, (batches) => {
        let known: readonly Finding[] = []
        for (const more of batches) {
          const next = mergeFindings(known, more)
          expect(next).toEqual(merged(known, more))
          known = next
        }
      }),
    )
  })

  it('are the same where they are added once more', () => {
    fc.assert(
      fc.property(signals, fc.array(finding, { maxLength: 16 }), (batches, more) => {
        const known = batches.reduce<readonly Finding[]>((all, batch) => mergeFindings(all, batch), [])
        const next = mergeFindings(known, more)
        expect(mergeFindings(known, next)).toEqual(next)
      }),
    )
  })
})
