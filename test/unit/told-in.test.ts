import { expect, it } from 'vitest'
import { toldIn } from '../../shared/decide/told-in.ts'
import type { Finding } from '../../shared/domain/finding.ts'

const found = (detector: string, reason: string): Finding => ({
  detector,
  title: detector,
  weight: 0.6,
  axis: 'who',
  group: 'lineage',
  fact: detector,
  technique: 'T1550.001',
  isConfirmed: false,
  reason,
  signalId: 's',
  credentialId: 'k',
  time: 0,
})

it('an incident names itself in no reason, and another one by its id', () => {
  const of = (id: string) => found('suspect-credential-used', `AKIAIOSFODNN7EXAMPLE of ci-build was issued in incident ${id}`)
  const told = toldIn('inc-000000000001', [of('inc-000000000001'), of('inc-000000000002')]).map(({ reason }) => reason)
  expect(told).toEqual([
    'AKIAIOSFODNN7EXAMPLE of ci-build was issued in this incident',
    'AKIAIOSFODNN7EXAMPLE of ci-build was issued in incident inc-000000000002',
  ])
})

it('text of another detector stays as it is, whatever it holds', () => {
  const findings = [found('new-agent-family', 'called by a tool in incident inc-000000000001')]
  expect(toldIn('inc-000000000001', findings)).toBe(findings)
})
