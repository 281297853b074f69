import { describe, expect, it } from 'vitest'
import { patternsOf } from '../../infra/event-patterns.ts'
import { DELIVERED_BY_NAME, ROLE_PARAMETERS } from '../../infra/tampering-patterns.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { DATA_CALLS, namedCallsOf, SENSITIVE_ACTIONS } from '../../shared/detect/delivered-calls.ts'
import { deliveryOf } from '../../shared/detect/delivery.ts'
import { DELIVERY_RULES, type DeliveryOptions, type DeliveryRule, rulesInForce, rulesOf } from '../../shared/detect/delivery-rules.ts'
import { TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'
import { readParameters } from '../vocabulary/vocabulary.ts'
import { ACCOUNT, CALLERS, callOf, firingEvents, HOME_REGION, type Json } from './delivered-events.ts'
import { matches } from './event-bridge.ts'

const OWN = [`arn:aws:sts::${ACCOUNT}:assumed-role/Countersign-ContainRole/Countersign-contain`]

const CONFIGURATIONS: readonly DeliveryOptions[] = [true, false].flatMap((readOnlyEvents) =>
  [false, true].map((includeRoleSessions) => ({ readOnlyEvents, includeRoleSessions })),
)
const [DEFAULT] = CONFIGURATIONS as [DeliveryOptions]

/** A function that says which rules of a stack deliver an event, each with its part. */
function deliveredBy(options: DeliveryOptions): (event: Json) => DeliveryRule[] {
  const { includeRoleSessions } = options
  const patterns = patternsOf({ ownSessionArns: OWN, stackName: 'Countersign', account: ACCOUNT, includeRoleSessions })
  const rules = rulesOf(options).flatMap((rule) => patterns[rule].map((pattern) => ({ rule, pattern })))
  return (event) => {
    // The bus of a region gets the events of that region.
    if (event.region !== HOME_REGION) return []
    const renamed = { ...event, detailType: event['detail-type'] }
    return rules.filter(({ pattern }) => matches(pattern as Json, renamed)).map(({ rule }) => rule)
  }
}

const whole = (options: DeliveryOptions) => ({ options, rules: new Set(rulesOf(options)), region: HOME_REGION })

describe('delivery of what fires a detector', () => {
  const fixtures = firingEvents()

  it.each(CONFIGURATIONS)(
    'is by one rule each or by none, with $readOnlyEvents for reads and $includeRoleSessions for sessions',
    (options) => {
      const by = deliveredBy(options)
      const undelivered = fixtures.filter(({ events }) => events.some((event) => by(event).length !== 1)).map(({ detector }) => detector)
      expect(fixtures.flatMap(({ detector, events }) => (events.some((event) => by(event).length > 1) ? [detector] : []))).toEqual([])
      // What is said of a detector is not better than what its own scenario meets.
      const said = CATALOGUE.filter((one) => deliveryOf(one, whole(options)).state === 'delivered').map(({ id }) => id)
      expect(said.filter((id) => undelivered.includes(id))).toEqual([])
      if (options.readOnlyEvents)
        expect(undelivered).toEqual(['key-id-disclosed', 'launched-in-many-regions', 'looked-in-many-regions', 'secret-disclosed'])
    },
  )

  it('is said to come by the rules by which it comes', () => {
    const by = deliveredBy(DEFAULT)
    for (const { detector, events } of fixtures) {
      const one = CATALOGUE.find(({ id }) => id === detector)
      const said = one === undefined ? undefined : deliveryOf(one, whole(DEFAULT))
      // What a suspect did before, or a report, has rules of its own.
      const last = events.at(-1) as Json
      expect(said?.by, detector).toEqual(expect.arrayContaining(by(last)))
    }
  })
})

describe('what is said of delivery', () => {
  const said = (id: string, stack: Parameters<typeof deliveryOf>[1]) => {
    const one = CATALOGUE.find((detector) => detector.id === id)
    if (one === undefined) throw new Error(`no detector ${id}`)
    return deliveryOf(one, stack)
  }

  it('names the option that delivers the rest', () => {
    expect(said('new-country', whole(DEFAULT))).toMatchObject({ state: 'in-part', gaps: [{ remedy: 'includeRoleSessions: true' }] })
    expect(said('new-country', whole({ ...DEFAULT, includeRoleSessions: true })).state).toBe('delivered')
    const withoutReads = said('discovery-burst', whole({ readOnlyEvents: false, includeRoleSessions: true }))
    expect(withoutReads).toMatchObject({ state: 'in-part', gaps: [{ remedy: 'readOnlyEvents: true' }] })
  })

  it('is never "delivered" of what needs several regions, and of IAM in a region where its events do not come', () => {
    for (const options of CONFIGURATIONS) expect(said('launched-in-many-regions', whole(options)).state).toBe('not')
    const elsewhere = { ...whole(DEFAULT), region: 'eu-west-1' }
    expect(['user-created', 'access-key-exposed', 'containment-reversed'].map((id) => said(id, elsewhere).state)).toEqual([
      'not',
      'not',
      'not',
    ])
    expect(['console-sign-in-guessed', 'new-country', 'logging-tampered'].map((id) => said(id, elsewhere).state)).toEqual([
      'in-part',
      'in-part',
      'delivered',
    ])
  })

  it('goes by the rules that are in force: one that is missing, disabled or without read-only events delivers nothing', () => {
    const parts = (state: (rule: string) => string) =>
      rulesOf(DEFAULT).map((rule) => ({ logicalId: `Rules${rule}${rule === 'Tampering' ? '1' : ''}0123ABCD`, state: state(rule) }))
    const all = rulesInForce(parts(() => 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'))
    expect(all).toEqual({ options: DEFAULT, rules: new Set(rulesOf(DEFAULT)) })
    const spoiled = rulesInForce(
      parts((rule) => (rule === 'SignIns' ? 'DISABLED' : 'ENABLED')).filter(({ logicalId }) => !logicalId.includes('CredentialChanges')),
    )
    const lost = ['CredentialChanges', 'SignIns', 'ServiceEvents', 'TokenCalls', 'ReadOnlyCalls', 'SensitiveCalls', 'BearerTokenCalls']
    for (const rule of lost) expect(spoiled.rules, rule).not.toContain(rule)
    const stack = { ...spoiled, region: HOME_REGION }
    expect(said('user-created', stack)).toMatchObject({ state: 'not', gaps: [{ remedy: 'deploy the stack again' }] })
    expect(said('logging-tampered', stack).state).toBe('in-part')
  })
})

describe('delivery of the calls that a detector names', () => {
  it.each(CONFIGURATIONS)('is as it is said to be: reads $readOnlyEvents, sessions $includeRoleSessions', (options) => {
    const by = deliveredBy(options)
    for (const one of CATALOGUE) {
      const { gaps, by: rules } = deliveryOf(one, whole(options))
      const words = gaps.map(({ what }) => what).join('\n')
      for (const action of namedCallsOf(one).filter((name) => !DATA_CALLS.has(name) && !name.startsWith('signin:'))) {
        for (const as of CALLERS) {
          const found = by(callOf(action, { as }))
          expect(found.length, `${one.id}: ${action} by ${as}`).toBeLessThan(2)
          if (found.length === 0) expect(words, `${one.id}: ${action} by ${as}`).toContain(action)
          // Guests and callers without a key are delivered whatever they call.
          else if (!['GuestCalls', 'KeylessCalls'].includes(found[0] as string))
            expect(rules, `${one.id}: ${action} by ${as}`).toContain(found[0])
        }
      }
    }
  })
})

describe('the rules of a stack', () => {
  it('deliver no event twice: every named call by every caller, refused or not, with a role of the stack or without', () => {
    const named = [
      ...SENSITIVE_ACTIONS,
      ...Object.entries(TAMPERING).flatMap(([service, names]) => names.map((name) => `${service}:${name}`)),
    ]
    const others = ['ecs:RegisterTaskDefinition', 'kms:Decrypt', 'iam:ListUsers', 'iam:CreateUser', 'bedrock:InvokeModel', 's3:PutObject']
    const request = Object.fromEntries(ROLE_PARAMETERS.map((name) => [name, `arn:aws:iam::${ACCOUNT}:role/Countersign-Contain-0AB1`]))
    const takesRole = (action: string) => {
      const [service = '', operation = ''] = action.split(':')
      return action === 'ecs:RegisterTaskDefinition' || DELIVERED_BY_NAME[service]?.includes(operation) === true
    }
    expect(deliveredBy(DEFAULT)(callOf('ecs:RegisterTaskDefinition', { as: 'role', request }))).toEqual(['RolesBorrowed'])
    for (const options of CONFIGURATIONS) {
      const by = deliveredBy(options)
      const twice = [...named, ...others].flatMap((action) =>
        [...CALLERS, 'bearer' as const].flatMap((as) =>
          [{}, { error: 'AccessDenied' }, takesRole(action) ? { request } : {}].flatMap((more) => {
            const found = by(callOf(action, { as, ...more }))
            return found.length > 1 ? [`${action} by ${as}: ${found}`] : []
          }),
        ),
      )
      expect(twice).toEqual([])
    }
  })

  it('leave out of those that give a role away by whatever name what another rule delivers by its name', () => {
    const { parameters } = readParameters()
    const tampering = Object.entries(TAMPERING).flatMap(([service, names]) => names.map((name) => `${service}:${name}`))
    const takers = [...SENSITIVE_ACTIONS, ...tampering].filter((action) =>
      (parameters[action] ?? []).flatMap((line) => line.split(/\s+/)).some((name) => ROLE_PARAMETERS.includes(name)),
    )
    // Those of Lambda and of IAM are left out whole, and AssumeRole is a read.
    const listed = Object.entries(DELIVERED_BY_NAME).flatMap(([service, names]) => names.map((name) => `${service}:${name}`))
    expect(takers.filter((action) => !/^(lambda|iam|sts):/.test(action)).sort()).toEqual(listed.sort())
  })

  it('deliver no data event but writes of objects that a detector can tell from a job’s', () => {
    const by = deliveredBy(DEFAULT)
    for (const as of CALLERS) {
      for (const call of ['s3:GetObject', 'lambda:Invoke', 's3:PutObject']) expect(by(callOf(call, { as }))).toEqual([])
      const write = (request: Json) => by(callOf('s3:PutObject', { as, request: { ...request } }))
      expect(write({ key: 'a.csv', 'x-amz-server-side-encryption-customer-algorithm': 'AES256' })).toEqual(['ObjectWrites'])
      expect(write({ 'x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:us-east-1:${ACCOUNT}:key/1` })).toEqual([])
      expect(write({ 'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:999988887777:key/1' })).toEqual(['ObjectWrites'])
      expect(write({ key: 'HOW-TO-DECRYPT.txt' })).toEqual(['ObjectWrites'])
    }
  })

  it('deliver what is not an API call of a credential: sign-ins in both spellings, events of services, roles assumed by tokens', () => {
    const by = deliveredBy(DEFAULT)
    const signIn = callOf('signin:ConsoleLogin', { as: 'admin' })
    for (const detailType of ['AWS Console Sign In via CloudTrail', 'AWS Console Signin via CloudTrail'])
      expect(by({ ...signIn, 'detail-type': detailType })).toEqual(['SignIns'])
    const service = { ...callOf('kms:DisableKey'), 'detail-type': 'AWS Service Event via CloudTrail' }
    expect(by(service)).toEqual(['ServiceEvents'])
    for (const operation of ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'])
      expect(by(callOf(`sts:${operation}`, { as: 'github' }))).toEqual(['KeylessCalls'])
    const withoutKey = (type: string) => {
      const { detail, ...event } = callOf('secretsmanager:PutSecretValue', { as: 'role' })
      const { accessKeyId: _, ...userIdentity } = (detail as { userIdentity: Json }).userIdentity
      return by({ ...event, detail: { ...(detail as Json), userIdentity: { ...userIdentity, type } } })
    }
    expect([withoutKey('AssumedRole'), withoutKey('Root'), withoutKey('AWSService')]).toEqual([
      ['KeylessCalls'],
      ['UserSessionCalls'],
      ['Tampering'],
    ])
    for (const call of ['cloudtrail:StopLogging', 'cloudformation:UpdateStack', 'secretsmanager:PutSecretValue'])
      expect(by(callOf(call, { as: 'role' }))).toEqual(['Tampering'])
  })

  it('are few enough for a bus, which takes 300, and short enough: 2,048 characters with nine functions and the longest names of roles', () => {
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${'x'.repeat(64)}/Countersign-inventory`
    for (const options of CONFIGURATIONS) {
      const patterns = patternsOf({ ...options, ownSessionArns: Array(9).fill(arn), stackName: 'Countersign', account: ACCOUNT })
      const all = rulesOf(options).flatMap((rule) => patterns[rule].map((pattern) => [rule, pattern] as const))
      expect(all.length).toBeLessThan(30)
      for (const [rule, pattern] of all) expect(JSON.stringify(pattern).length, rule).toBeLessThan(2048)
      expect(JSON.stringify(all)).not.toMatch(/"\$or":\[(\{[^{}]*\})?\]/)
    }
    expect(
      Object.keys(DELIVERY_RULES).filter((rule) => !CONFIGURATIONS.some((one) => rulesOf(one).includes(rule as DeliveryRule))),
    ).toEqual([])
  })
})
