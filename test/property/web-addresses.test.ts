import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutWebAddresses } from '../../shared/domain/printable.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { AT, FINDING, incidentOf, signalOf } from '../contract/samples.ts'

/** What mail programs make a link of without being asked. */
const LINK = /[a-z][a-z0-9+.-]*:\/\/|\bwww\.\S/i

const hostile = fc
  .tuple(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('https://evil.example/x', 'WWW.evil.example', 'ftp://a', 'www.www.x', 'x://'),
    fc.string({ maxLength: 20 }),
  )
  .map((parts) => parts.join(''))

it('no text of somebody else in a mail is an address of the web', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (reason, tool, name) => {
      const finding = { ...FINDING, reason }
      const incident = incidentOf('inc-0123456789ab', {
        findings: [finding],
        assessment: { risk: 45, baseRisk: 45, isConfirmed: false, contributions: [{ finding, share: 45 }] },
        assignment: { to: name, by: 'local:anna', at: new Date(AT).toISOString(), entry: 1 },
      } as never)
      const { body } = noticeOf(incident, 'ask', undefined, {
        signals: [{ ...signalOf('a', AT), agentFamily: tool, objects: [name] }],
        changes: [],
      })
      expect(body).not.toMatch(LINK)
    }),
  )
})

it('leaves ARNs, addresses and names of services as they are', () => {
  for (const text of ['arn:aws:iam::123456789012:user/ci', '192.0.2.1', 'cloudformation.amazonaws.com', 'anna@example.com'])
    expect(withoutWebAddresses(text)).toBe(text)
})
