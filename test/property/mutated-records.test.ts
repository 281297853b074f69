import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { detect } from '../../shared/detect/detect.ts'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import { openWindow } from '../../shared/domain/credential-window.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const ACCOUNT = '123456789012'
const enrich = enricher({
  geoIp: { locate: () => ({ country: undefined, network: undefined }) },
  own: { sessions: new Set([`arn:aws:sts::${ACCOUNT}:assumed-role/own/own`]), stackName: 'Countersign', names: new Set(['own-bucket']) },
})({ blocklist: [] })

const ACTIONS = [...new Set(CATALOGUE.flatMap(({ actions = [] }) => actions))]

const identities = fc.constantFrom<Record<string, unknown>>(
  { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/anna`, accountId: ACCOUNT, userName: 'anna', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
  {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`,
    accountId: ACCOUNT,
    principalId: 'AROAEXAMPLEEXAMPLEAA:run',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'arn:aws:lambda:us-east-1:123456789012:function:report' },
    sessionContext: {
      sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, userName: 'deploy' },
      webIdFederationData: { federatedProvider: 'token.actions.githubusercontent.com' },
    },
  },
)
const names = fc.constantFrom('anna', 'backdoor', 'deploy', '', 'x'.repeat(300), 'own-bucket')
const policy = fc.constantFrom<unknown>(
  '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"*"}}}',
  { Statement: [{ Effect: 'Allow', Principal: { AWS: 'AIDAEXAMPLEOUTSIDE0AA' } }] },
  '{"Statement":[{"Eff',
  '',
  7,
)
const requests = fc.record<Record<string, unknown>>(
  {
    userName: names,
    roleName: names,
    policyDocument: policy,
    policy,
    bucketName: names,
    attributes: fc.record({ Policy: policy }),
    other: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value))),
  },
  { requiredKeys: [] },
)

const records = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    userIdentity: identities,
    requestParameters: requests,
    responseElements: requests,
    error: fc.option(fc.constant('AccessDenied')),
  })
  .map(({ action, error, ...parts }): Record<string, unknown> => {
    const [service, eventName] = action.split(':')
    return {
      eventID: 'e1',
      eventTime: '2026-01-01T00:00:00Z',
      eventName,
      eventSource: `${service}.amazonaws.com`,
      eventType: 'AwsApiCall',
      awsRegion: 'us-east-1',
      sourceIPAddress: '192.0.2.1',
      userAgent: 'aws-cli/2.15',
      readOnly: false,
      recipientAccountId: ACCOUNT,
      additionalEventData: { MFAUsed: 'No' },
      resources: [],
      ...parts,
      ...(error === null ? {} : { errorCode: error }),
    }
  })

const LEFT_OUT = { omitted: true, originalSize: 120_001, reason: 'too large' }
const PARAMETERS = ['requestParameters', 'responseElements'] as const
const OBJECTS = [...PARAMETERS, 'additionalEventData', 'userIdentity', 'userIdentity.sessionContext', 'userIdentity.inScopeOf'] as const
const TEXTS = [
  'eventID',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'recipientAccountId',
  'userIdentity.arn',
  'userIdentity.type',
] as const

/** A change of one field, and what it must lead to. */
type Mutation = {
  readonly field: string
  readonly kind: 'wrong' | 'same' | 'absent' | 'omitted'
  readonly change: (before: unknown) => unknown
}

const mutations = fc.oneof(
  fc.record<Mutation>({
    field: fc.constantFrom<string>(...OBJECTS),
    kind: fc.constant('wrong' as const),
    change: fc
      .constantFrom<unknown>([], [{}], true, 7, 'clipped {', '{"userName":"a', '[]', '7', 'x'.repeat(2_000_000))
      .map((value) => () => value),
  }),
  fc.record<Mutation>({
    field: fc.constantFrom<string>(...TEXTS),
    kind: fc.constant('wrong' as const),
    change: fc.constantFrom<unknown>([], {}, true, [{ a: 1 }]).map((value) => () => value),
  }),
  fc.record<Mutation>({
    field: fc.constantFrom<string>(...OBJECTS),
    kind: fc.constant('same' as const),
    change: fc.constantFrom(
      (before: unknown) => (before === undefined ? undefined : JSON.stringify(before)),
      (before: unknown) => (before === undefined ? undefined : JSON.stringify(JSON.stringify(before))),
    ),
  }),
  fc.record<Mutation>({
    field: fc.constantFrom<string>(...OBJECTS, ...TEXTS),
    kind: fc.constant('absent' as const),
    change: fc.constantFrom<unknown>(null, undefined, '').map((value) => () => value),
  }),
  fc.record<Mutation>({
    field: fc.constantFrom<string>(...PARAMETERS),
    kind: fc.constant('omitted' as const),
    change: fc.constantFrom<unknown>(LEFT_OUT, JSON.stringify(LEFT_OUT), 'HIDDEN_DUE_TO_SECURITY_REASONS').map((value) => () => value),
  }),
)

function changed(record: Record<string, unknown>, field: string, change: (before: unknown) => unknown): Record<string, unknown> {
  const [first = '', ...rest] = field.split('.')
  if (rest.length === 0) return { ...record, [first]: change(record[first]) }
  return { ...record, [first]: changed(record[first] as Record<string, unknown>, rest.join('.'), change) }
}

const signalsOf = (record: unknown): readonly Signal[] | string => {
  const normalised = normalise(record)
  return normalised.kind === 'signals' ? normalised.signals : normalised.reason
}

describe('10,000 mutated records', () => {
  it('never crash, and none is read as less than it was', () => {
    fc.assert(
      fc.property(
        records,
        fc.uniqueArray(mutations, { minLength: 1, maxLength: 3, selector: ({ field }) => field.split('.')[0] ?? '' }),
        (record, all) => {
          const mutated = all.reduce((at, { field, change }) => changed(at, field, change), record)
          const read = signalsOf(mutated)
          if (all.some(({ kind }) => kind === 'wrong')) {
            expect(read).toMatch(/^damaged: /)
            return
          }
          // The same record with what is said to be absent or left out deleted, and all else as it was.
          const less = all.reduce((at, { field, kind }) => (kind === 'same' ? at : changed(at, field, () => undefined)), record)
          const expected = signalsOf(less)
          if (typeof read === 'string' || typeof expected === 'string') throw new Error(`${read} ${expected}`)
          const left = new Set(all.flatMap(({ kind, field }) => (kind === 'omitted' ? [field] : [])))
          const [signal] = read
          expect([signal?.isRequestOmitted === true, signal?.isResponseOmitted === true]).toEqual(
            PARAMETERS.map((field) => left.has(field)),
          )
          // An id is made of the record where it has none.
          const bare = ({ isRequestOmitted: _, isResponseOmitted: __, id: ___, ...rest }: Signal) => rest
          expect(read.map(bare)).toEqual(expected.map(bare))
          for (const one of read.map(enrich)) {
            const context = { baseline: emptyBaseline(), window: openWindow(one.credential.id, one.time) }
            const findings = detect(one, context).map(({ detector }) => detector)
            if (one.isRequestOmitted === true && RIGHTS.has(one.action) && one.outcome === 'success' && one.kind === 'api-call')
              expect(findings).toContain('parameters-left-out')
          }
        },
      ),
      { numRuns: 10_000 },
    )
  })
})

const RIGHTS: ReadonlySet<string> = new Set(
  CATALOGUE.flatMap(({ readsRequest, actions = [] }) => (readsRequest === 'rights' ? actions : [])),
)
