import { describe, expect, it } from 'vitest'
import { endSessions } from '../../shared/contain/end-sessions.ts'
import { briefPolicy, DENY_ALL, type Revocation, revocation, revocationIn } from '../../shared/contain/steps/quarantine.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import { incidentOfPolicy } from '../../shared/domain/own-policy.ts'

const NOW = Date.UTC(2026, 2, 2, 12)
const ID = 'inc-0123456789ab'

describe('a policy that ends sessions', () => {
  it('denies everything to sessions of the names that were issued before the time, and to no others', () => {
    expect(JSON.parse(revocation({ issuedBefore: NOW, names: ['build-7', 'build-8'] }))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'CountersignRevoke',
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: {
            DateLessThan: { 'aws:TokenIssueTime': '2026-03-02T12:00:00.000Z' },
            StringLike: { 'aws:userid': ['*:build-7', '*:build-8'] },
          },
        },
      ],
    })
    // Without names every session that was issued before the time.
    expect(JSON.parse(revocation({ issuedBefore: NOW, names: [] })).Statement[0].Condition).toEqual({
      DateLessThan: { 'aws:TokenIssueTime': '2026-03-02T12:00:00.000Z' },
    })
  })

  it('is read back as what it was made of, in whatever form AWS gives its JSON', () => {
    for (const made of [
      { issuedBefore: NOW, names: [] },
      { issuedBefore: NOW, names: ['build-7', 'build-8'] },
    ]) {
      expect(revocationIn(revocation(made))).toEqual(made)
      expect(revocationIn(JSON.stringify(JSON.parse(revocation(made)), undefined, 2))).toEqual(made)
    }
  })

  const forged = (change: (statement: Record<string, unknown>) => void) => {
    const document = JSON.parse(revocation({ issuedBefore: NOW, names: ['build-7'] }))
    change(document.Statement[0])
    return JSON.stringify(document)
  }
  it.each<[string, string]>([
    ['allows', forged((one) => Object.assign(one, { Effect: 'Allow' }))],
    ['denies one action only', forged((one) => Object.assign(one, { Action: 's3:*' }))],
    [
      'has another condition beside',
      forged((one) => Object.assign(one.Condition as object, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })),
    ],
    [
      'has a time that is none',
      forged((one) => Object.assign(one.Condition as object, { DateLessThan: { 'aws:TokenIssueTime': 'never' } })),
    ],
    ['has no condition', forged((one) => Reflect.deleteProperty(one, 'Condition'))],
    ['has names that are no list', forged((one) => Object.assign(one.Condition as object, { StringLike: { 'aws:userid': { a: 1 } } }))],
    [
      'has a second statement',
      JSON.stringify({ ...JSON.parse(forged(() => {})), Statement: [...JSON.parse(forged(() => {})).Statement, {}] }),
    ],
    ['denies all', DENY_ALL],
    ['is no JSON', 'not JSON'],
    ['is JSON of another shape', 'null'],
  ])('is not one that somebody put under its name and that %s', (_, document) => expect(revocationIn(document)).toBeUndefined())

  it('belongs to the incident that its name says, where the name is whole', () => {
    for (const kind of ['Quarantine', 'Revoke']) expect(incidentOfPolicy(`Countersign${kind}-${ID}`)).toBe(ID)
    for (const name of [
      `Countersign-${ID}`,
      `xCountersignRevoke-${ID}`,
      `CountersignRevoke-${ID}0`,
      'CountersignRevoke-inc-0123',
      `CountersignRevoke${ID}`,
    ])
      expect(incidentOfPolicy(name), name).toBeUndefined()
  })

  it('is said in a word or two where it is ours, word for word', () => {
    expect(briefPolicy(revocation({ issuedBefore: NOW, names: [] }))).toBe('sessions ended')
    expect(briefPolicy(DENY_ALL)).toBe('deny all')
    expect(briefPolicy(forged((one) => Object.assign(one, { Action: 's3:*' })))).toBeUndefined()
  })
})

describe('a step that ends sessions of a role', () => {
  const SINCE = NOW - 60_000
  const stepOf = (names: string[]) => endSessions({ name: 'deploy' }, ID, { names, since: SINCE, now: NOW })
  const made = (parts: Partial<Revocation> = {}) => revocation({ issuedBefore: NOW - 1000, names: ['build-7', 'build-8'], ...parts })

  it('is on an inline policy of the role that bears the name of the incident, and says whose sessions end', () => {
    const step = stepOf(['build-7', 'build-8'])
    expect(step).toMatchObject({
      target: `role-policy:deploy/CountersignRevoke-${ID}`,
      subject: { kind: 'role', name: 'deploy' },
      title: 'sessions build-7, build-8 of role deploy ended',
    })
    expect(stepFor(step.target)?.target).toBe(step.target)
    expect(stepOf([]).title).toBe('every session of role deploy ended that was issued by then')
  })

  it.each<[string, string | null, string[]]>([
    ['nothing is there', null, ['build-7']],
    ['what is there ended before the last of them was seen', made({ issuedBefore: SINCE - 1 }), ['build-7']],
    ['one of them is not in it', made(), ['build-7', 'build-9']],
    ['all are to end, and only some do', made(), []],
    ['somebody put another policy under the name', DENY_ALL, ['build-7']],
  ])('sets a policy of now where %s', (_, before, names) => {
    expect(stepOf(names).contained(before)).toBe(revocation({ issuedBefore: NOW, names }))
  })

  it.each<[string, string, string[]]>([
    ['it names them', made(), ['build-7']],
    ['it names exactly them', made(), ['build-8', 'build-7']],
    ['it is for all', made({ names: [] }), ['build-9']],
    ['it is for all, and all are to end', made({ names: [] }), []],
    ['it ends at the moment that the last of them was seen', made({ issuedBefore: SINCE }), ['build-7']],
  ])('leaves the policy that is there where %s', (_, before, names) => expect(stepOf(names).contained(before)).toBe(before))
})
