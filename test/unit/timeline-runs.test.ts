import { describe, expect, it } from 'vitest'
import { runsOf } from '../../local/console/runs.ts'
import { call, embedded, NOW } from '../embedded.ts'

async function someSignal() {
  const world = await embedded({ policy: { mode: 'observe' } })
  await world.respond([call('iam:CreateUser', { id: 'a', request: { userName: 'backdoor' } })])
  const [incident] = await world.incidents()
  const [signal] = await world.ports.incidents.signals(incident?.id ?? '')
  if (signal === undefined) throw new Error('no signal')
  return signal
}

describe('a timeline in runs', () => {
  it('makes one of calls that differ in time, risk and object alone', async () => {
    const signal = await someSignal()
    const many = Array.from({ length: 5 }, (_, at) => ({ ...signal, id: `s${at}`, time: NOW + at, risk: at, objects: [`o${at % 2}`] }))
    const runs = runsOf(many)
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ count: 5, risk: 4, objects: ['o0', 'o1'], first: { id: 's0' }, last: { id: 's4' } })
  })

  it.each([
    ['another call', { action: 'iam:DeleteUser' }],
    ['another outcome', { outcome: 'failure', errorCode: 'AccessDenied' }],
    ['another address', { address: '192.0.2.200' }],
    ['another tool', { agentFamily: 'curl' }],
    ['another region', { region: 'eu-west-1' }],
    ['another credential', { credentialId: 'AKIAI44QH8DHBEXAMPLE' }],
    ['another identity', { identityId: 'arn:aws:iam::123456789012:user/other' }],
    ['another finding', { detectors: ['new-country'] }],
    ['what is kept for many others', { representedCalls: 4096 }],
    ['what a party reported', { reportedBy: 'guardduty' }],
  ])('keeps %s apart', async (_, parts) => {
    const signal = await someSignal()
    const runs = runsOf([signal, { ...signal, id: 'b', ...parts } as typeof signal, { ...signal, id: 'c' }])
    expect(runs.map(({ count }) => count)).toEqual([1, 1, 1])
  })

  it('makes none of calls with others between them', async () => {
    const signal = await someSignal()
    const signals = Array.from({ length: 9 }, (_, at) => ({ ...signal, id: `s${at}`, action: `iam:Call${at % 2}` }))
    expect(runsOf(signals)).toHaveLength(9)
  })
})
