import { describe, expect, it } from 'vitest'
import { patternsOf } from '../../infra/event-patterns.ts'
import { mergeFindings } from '../../shared/decide/correlate.ts'
import { fold } from '../../shared/detect/fold.ts'
import { EXPOSURE_SOURCES } from '../../shared/domain/exposure-report.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { emptyState, keepEvidence } from '../../shared/domain/identity-state.ts'
import { withReports } from '../../shared/domain/kept-reports.ts'
import { type KeptReport, REPORT_LIMIT } from '../../shared/domain/report.ts'
import { SEEN_LIMIT } from '../../shared/domain/seen.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { FINDING, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf } from '../embedded.ts'
import { matches } from '../infra/event-bridge.ts'
import { asCall, KEY } from '../scenarios/case.ts'
import { imported, knownOwner, MINUTE, seenIn, TODAY } from './known-owner.ts'

const OWNER = arnOf('ci-build')
const signalsOf = (event: object) => {
  const read = normalise(event)
  return read.kind === 'signals' ? read.signals : []
}
const ticket = (n: number, source: string = 'jira') => seenIn(source, KEY, { id: `t${n}`, grade: 'with-secret', time: TODAY })

const heard = (n: number, credentialId = `ASIA${n}`): Finding => ({
  ...FINDING,
  detector: 'secret-disclosed',
  group: 'exposure',
  fact: 'exposed',
  weight: 0.65,
  signalId: `h${n}`,
  credentialId,
  reportedBy: EXPOSURE_SOURCES[n % EXPOSURE_SOURCES.length] as never,
})
const seen = (n: number): Finding => ({ ...FINDING, detector: `seen-${n}`, weight: 0.2, signalId: `s${n}` })

describe('a flood of what anybody may write', () => {
  it('displaces no evidence of calls, in the state of an identity and in an incident', () => {
    const state = emptyState(user('ci-build'))
    keepEvidence(
      state,
      Array.from({ length: 12 }, (_, n) => seen(n)),
    )
    keepEvidence(
      state,
      Array.from({ length: 200 }, (_, n) => heard(n)),
    )
    expect(state.evidence.filter(({ detector }) => detector.startsWith('seen-'))).toHaveLength(12)
    expect(state.evidence).toHaveLength(16)
    const calls = Array.from({ length: 40 }, (_, n) => seen(n))
    const merged = mergeFindings(
      mergeFindings(
        [],
        Array.from({ length: 200 }, (_, n) => heard(n)),
      ),
      calls,
    )
    expect(merged.filter(({ detector }) => detector.startsWith('seen-'))).toHaveLength(40)
    expect(merged).toHaveLength(60)
  })

  it('displaces no report of AWS and none that GitHub verified, however early it says that it was', () => {
    const report = (parts: Partial<KeptReport>): KeptReport => ({
      source: 'jira',
      id: 'x',
      type: 'id-only',
      credentialId: KEY,
      seenAt: 1,
      grade: 'id-only',
      ...parts,
    })
    const flood = Array.from({ length: 200 }, (_, n) =>
      report({ id: `${n}`, seenAt: n, credentialId: `ASIA${n}`, grade: n % 2 ? 'id-only' : 'with-secret' }),
    )
    const { grade: _, ...health } = report({ source: 'aws-health', type: 'AWS_RISK_CREDENTIALS_EXPOSED', seenAt: TODAY })
    const reports = withReports(withReports([], flood), [
      report({ source: 'github', grade: 'verified', type: 'verified', seenAt: TODAY + 1 }),
      health,
    ])
    expect(reports).toHaveLength(REPORT_LIMIT)
    expect(reports.slice(-2).map(({ source }) => source)).toEqual(['aws-health', 'github'])
  })

  it('pushes no id of a call out of what is remembered: calls that come after it are in time', () => {
    const flood = Array.from({ length: 3 * SEEN_LIMIT }, (_, n) => [
      ...signalsOf(ticket(n)),
      ...signalsOf(imported({ Type: 'AwsIamUser', Id: OWNER }, { id: `i${n}`, time: TODAY, label: 'CRITICAL', type: `TTPs/x-${n}` })),
    ]).flat()
    expect(flood).toHaveLength(6 * SEEN_LIMIT)
    const before = emptyState({ id: OWNER, kind: 'iam-user', name: 'ci-build', account: ACCOUNT })
    const { state, folded } = fold(
      before,
      flood.map((signal) => ({ ...signal, identity: before.identity })),
    )
    expect([state.seen.size, state.seen.horizon, state.windows.size, state.baseline.calls]).toEqual([0, 0, 0, 0])
    // Each kind of it is news once.
    expect(folded).toHaveLength(2)
  })

  it('leaves what the baseline learns from the owner as it is', async () => {
    const learned = async (tickets: number) => {
      const world = await knownOwner({ days: 3 })
      for (let day = 0; day < 4; day++) {
        const time = TODAY + day * 26 * 60 * MINUTE
        await world.respond(
          Array.from({ length: tickets }, (_, n) => seenIn('jira', KEY, { id: `d${day}-${n}`, grade: 'with-secret', time })),
        )
        await world.respond([world.recorded({ ...asCall('s3:ListBuckets'), from: '203.0.113.9', agent: 'Boto3/1.34' }, time + MINUTE)])
      }
      const stored = (await world.ports.identities.load([OWNER])).get(OWNER)?.state?.value
      return { baseline: stored?.baseline, windows: stored?.windows }
    }
    expect(await learned(5)).toEqual(await learned(0))
  })

  it('makes no suspect of whatever the identity creates meanwhile', async () => {
    const world = await knownOwner()
    const created = {
      ...asCall('iam:CreateUser'),
      request: { userName: 'backdoor' },
      response: { user: { userName: 'backdoor', arn: arnOf('backdoor') } },
    }
    await world.respond([ticket(1), world.recorded(created, TODAY + MINUTE)])
    const { outcomes } = await world.respond([
      {
        ...(world.recorded(asCall('s3:ListBuckets'), TODAY + 2 * MINUTE) as object),
        userIdentity: {
          type: 'IAMUser',
          arn: arnOf('backdoor'),
          accountId: ACCOUNT,
          userName: 'backdoor',
          accessKeyId: 'AKIABACKDOORKEY00001',
        },
      },
    ])
    expect(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector))).not.toContain('suspect-credential-used')
  })
})

/** 200 keys that nobody here owns. Each names the account of the responder, as an invented one can. */
const invented = (n: number) => `AKIAINVENTED${String(n).padStart(8, 'A')}`
const pair = (n: number, parts: { source?: string; grade?: string; time?: number } = {}) =>
  seenIn(parts.source ?? 'logs', invented(n), { id: `line-${n}`, grade: parts.grade ?? 'with-secret', time: parts.time ?? TODAY })
const batches = (events: readonly object[], size = 10) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, n) => events.slice(n * size, (n + 1) * size))

describe('200 invented keys with invented secrets', () => {
  const flooded = async (events: readonly object[]) => {
    const world = await knownOwner({ days: 0 })
    world.setNow(TODAY)
    for (const batch of batches(events)) expect([...(await world.respond(batch)).failed.values()]).toEqual([])
    return world
  }
  const told = (notices: readonly { readonly incidentId: string }[]) => new Set(notices.map(({ incidentId }) => incidentId)).size

  it('in lines of a log are ten questions and one more, which lists the others', async () => {
    const world = await flooded(Array.from({ length: 200 }, (_, n) => pair(n)))
    const all = await world.incidents()
    const gathered = all.filter(({ identity }) => identity.id === `unclaimed:${ACCOUNT}:logs:2026-03-02T12`)
    expect([all.length, gathered.length, told(world.notices)]).toEqual([11, 1, 11])
    const [one] = gathered
    if (one === undefined) throw new Error('not gathered')
    expect([one.state, one.decision.would, one.decision.action]).toEqual(['asking', 'ask', 'ask'])
    const listed = new Set((await world.ports.incidents.signals(one.id)).map(({ credentialId }) => credentialId))
    expect(listed.size).toBeGreaterThan(one.credentials.length / 2)
    // Each is remembered by its id: what it does when it is used counts by itself.
    for (let n = 0; n < 200; n++) expect(await world.ports.identities.exposuresOf(invented(n))).toHaveLength(1)
  })

  it('come again without a question more, in whatever order', async () => {
    const events = Array.from({ length: 60 }, (_, n) => pair(n))
    const world = await flooded([...events, ...events.toReversed(), ...events])
    expect([(await world.incidents()).length, told(world.notices)]).toEqual([11, 11])
  })

  it('of two sources are gathered for each, so that people know where to look', async () => {
    const world = await flooded(Array.from({ length: 60 }, (_, n) => pair(n, { source: n % 2 ? 'jira' : 'logs' })))
    const gathered = (await world.incidents()).map(({ identity }) => identity.id).filter((id) => id.startsWith('unclaimed:'))
    expect(gathered.toSorted()).toEqual(['jira', 'logs'].map((source) => `unclaimed:${ACCOUNT}:${source}:2026-03-02T12`))
  })

  it('by any time that they name are of the hour in which they come', async () => {
    const world = await flooded(Array.from({ length: 60 }, (_, n) => pair(n, { time: TODAY - n * 90 * MINUTE })))
    expect(await world.incidents()).toHaveLength(11)
  })

  it('keep nobody from being asked whose owner is known, and none that was verified', async () => {
    const world = await flooded(Array.from({ length: 60 }, (_, n) => pair(n)))
    await world.respond([ticket(1), pair(500, { source: 'github', grade: 'verified' })])
    const ids = (await world.incidents()).map(({ identity }) => identity.id)
    expect(ids).toContain(OWNER)
    expect(ids).toContain(`access-key:${invented(500)}`)
  })

  it('take no place by ids alone, which ask nobody', async () => {
    const world = await flooded(Array.from({ length: 60 }, (_, n) => pair(n, { grade: 'id-only' })))
    expect(await world.incidents()).toHaveLength(0)
    await world.respond([pair(100)])
    expect((await world.incidents()).map(({ identity }) => identity.id)).toEqual([`access-key:${invented(100)}`])
  })

  it('are asked about one by one again in the next hour', async () => {
    const world = await flooded(Array.from({ length: 60 }, (_, n) => pair(n)))
    world.setNow(TODAY + 60 * MINUTE)
    await world.respond([pair(100)])
    expect((await world.incidents()).map(({ identity }) => identity.id)).toContain(`access-key:${invented(100)}`)
  })

  it('ask once more in each hour in which they come, so that nothing joins a question of long ago', async () => {
    const world = await knownOwner({ days: 0 })
    for (let hour = 0; hour < 4; hour++) {
      world.setNow(TODAY + hour * 60 * MINUTE)
      for (const batch of batches(Array.from({ length: 30 }, (_, n) => pair(hour * 30 + n, { time: TODAY + hour * 60 * MINUTE }))))
        await world.respond(batch)
      expect([hour, told(world.notices)]).toEqual([hour, 11 * (hour + 1)])
    }
  })
})

const GUARDDUTY = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/12ab/finding/f1`
const resource = {
  Type: 'AwsIamAccessKey',
  Id: `AWS::IAM::AccessKey:${KEY}`,
  Details: { AwsIamAccessKey: { AccessKeyId: KEY, PrincipalName: 'ci-build', PrincipalType: 'IAMUser' } },
}
const asff = (finding: object) =>
  imported(resource, { id: GUARDDUTY, time: TODAY, label: 'HIGH', type: 'TTPs/UnauthorizedAccess:IAMUser-TorIPCaller', finding })
const ocsf = (product: object) => ({
  ...asff({}),
  'detail-type': 'Findings Imported V2',
  detail: {
    findings: [
      {
        class_uid: 2004,
        severity_id: 4,
        time: TODAY,
        metadata: { product },
        finding_info: { uid: GUARDDUTY, types: ['UnauthorizedAccess:IAMUser/TorIPCaller'] },
        cloud: { account: { uid: ACCOUNT }, region: 'us-east-1' },
        resources: [{ type: 'AWS::IAM::AccessKey', uid: KEY, data: { access_key_id: KEY, user_name: 'ci-build', user_type: 'IAMUser' } }],
      },
    ],
  },
})
const PRODUCT = {
  asff: 'arn:aws:securityhub:us-east-1::product/aws/guardduty',
  ocsf: 'arn:aws:securityhub:us-east-1::productv2/aws/guardduty',
}

describe('whoever may import findings to Security Hub', () => {
  it.each([
    ['of the product of the account', asff({})],
    ['with the name of the product', asff({ ProductName: 'GuardDuty', CompanyName: 'AWS' })],
    ['with an account in the ARN of the product', asff({ ProductArn: `arn:aws:securityhub:us-east-1:${ACCOUNT}:product/aws/guardduty` })],
    [
      'with a product that ends so',
      asff({ ProductArn: `arn:aws:securityhub:us-east-1:${ACCOUNT}:product/x/default:product/aws/guardduty` }),
    ],
    ['in OCSF by name alone', ocsf({ name: 'GuardDuty', vendor_name: 'AWS' })],
    [
      'in OCSF with the product of an account',
      ocsf({ name: 'GuardDuty', uid: `arn:aws:securityhub:us-east-1:${ACCOUNT}:productv2/${ACCOUNT}/default` }),
    ],
  ])('speaks for GuardDuty not by a finding with its id %s, nor takes the place of its true one', (_, forged) => {
    const [signal] = signalsOf(forged)
    const [own] = signalsOf(asff({ ProductArn: PRODUCT.asff }))
    expect(signal?.source).toBe('security-hub')
    expect(own?.source).toBe('guardduty')
    expect(signal?.id).not.toBe(own?.id)
  })

  it('while a true one is one finding, by whichever form it comes', () => {
    const ids = [asff({ ProductArn: PRODUCT.asff }), ocsf({ name: 'GuardDuty', uid: PRODUCT.ocsf })].map((event) => signalsOf(event)[0]?.id)
    expect(new Set(ids)).toEqual(new Set([`${GUARDDUTY}#65#${KEY}`]))
  })
})

describe('whoever puts events on the default bus', () => {
  it.each([false, true])('is heard with no report: no rule delivers the source of reports (all sessions: %s)', (includeRoleSessions) => {
    const patterns = patternsOf({ ownSessionArns: [], stackName: 'Countersign', account: ACCOUNT, includeRoleSessions })
    for (const event of [ticket(1), { ...ticket(1), 'detail-type': 'Runtime Alert' }, { ...ticket(1), 'detail-type': 'GuardDuty Finding' }])
      expect(
        Object.entries(patterns).filter(([, some]) =>
          some.some((pattern) => matches(pattern as never, { ...event, detailType: event['detail-type'] })),
        ),
      ).toEqual([])
  })
})
