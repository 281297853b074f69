import { describe, expect, it } from 'vitest'
import { imported, knownOwner, seenIn, TODAY } from '../attack/known-owner.ts'
import { ACCOUNT, exposed } from '../embedded.ts'
import { asCall, KEY, reportOf } from '../scenarios/case.ts'

const SECOND = 1000
const at = (n: number) => TODAY + n * 60 * SECOND

/** A call from elsewhere, with a tool that the owner does not have. */
const CALL = { ...asCall('iam:CreateUser'), from: '198.51.100.7', agent: 'Boto3/1.34', request: { userName: 'backdoor' } }

/** What five sources say of one key. The one that knows is AWS or GitHub. */
const told = {
  'AWS Health': exposed(KEY, '1', at(1)),
  GitHub: seenIn('github', KEY, { id: 'alert-1', grade: 'verified', time: at(1), place: 'acme/api: config.env' }),
}
const others = [
  seenIn('jira', KEY, { id: 'OPS-7', grade: 'with-secret', time: at(2), place: 'ticket OPS-7' }),
  seenIn('logs', KEY, { id: 'line-1', grade: 'id-only', time: at(3), place: 'log group /app' }),
  reportOf(
    { reported: KEY, by: 'guardduty', type: 'UnauthorizedAccess:IAMUser/TorIPCaller', severity: 8, grade: 'id-only' },
    { id: 'gd-1', time: at(4) },
  ),
]

function permutations<T>(items: readonly T[]): T[][] {
  return items.length === 0 ? [[]] : items.flatMap((item, n) => permutations(items.toSpliced(n, 1)).map((rest) => [item, ...rest]))
}

/** Every way to divide a list into batches. */
function splits<T>(items: readonly T[]): T[][][] {
  if (items.length < 2) return [[[...items]]]
  return splits(items.slice(1)).flatMap(([first = [], ...rest]) => [
    [[items[0] as T], first, ...rest],
    [[items[0] as T, ...first], ...rest],
  ])
}

async function endOf(batches: readonly (readonly object[])[]) {
  const world = await knownOwner({ days: 2 })
  world.setNow(at(10))
  for (const batch of batches) expect([...(await world.respond(batch)).failed.values()]).toEqual([])
  const incidents = await world.incidents()
  return Promise.all(
    incidents.map(async ({ id, state, findings, reports, decision, credentials, lineage, identity }) => {
      const timeline = await world.ports.incidents.signals(id)
      return {
        id,
        state,
        identity: identity.id,
        action: decision.action,
        would: decision.would,
        findings: findings
          .map(({ detector, reportedBy, weight, credentialId, time }) => `${detector} ${reportedBy} ${weight} ${credentialId} ${time}`)
          .sort(),
        reports,
        credentials: credentials.map((one) => `${one.id} ${one.kind}`).sort(),
        lineage: lineage.map((one) => one.id).sort(),
        timeline: timeline
          .map((one) => `${one.time} ${one.id} ${one.action} ${one.address} ${one.outcome} ${one.detectors.toSorted()}`)
          .sort(),
      }
    }),
  )
}

const call = (await knownOwner({ days: 0 })).recorded(CALL, at(5))

describe.each(Object.entries(told))('%s, a ticket, a log, GuardDuty and a call', (_, first) => {
  const signals = [first, ...others, call]
  const wanted = endOf([signals])

  it('are one incident with all of it', async () => {
    const [incident, ...more] = await wanted
    expect(more).toEqual([])
    expect(incident).toMatchObject({ state: 'contained', action: 'contain' })
    expect(incident?.reports).toHaveLength(4)
    expect(incident?.timeline).toHaveLength(5)
  })

  it('are the same incident in each of the 120 orders, one by one and twice each', async () => {
    const orders = permutations(signals)
    expect(orders).toHaveLength(120)
    for (const order of orders) {
      expect(await endOf(order.map((one) => [one]))).toEqual(await wanted)
      expect(await endOf([...order.flatMap((one) => [[one], [one]]), order])).toEqual(await wanted)
    }
  }, 300_000)

  it('are the same incident in every division of an order into batches', async () => {
    for (const order of permutations(signals).filter((_, n) => n % 10 === 0))
      for (const batches of splits(order)) expect(await endOf(batches)).toEqual(await wanted)
  }, 300_000)
})

describe('one finding of GuardDuty that comes from GuardDuty, in ASFF and in OCSF', () => {
  const arn = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/12ab/finding/gd-1`
  const own = others[2] as object
  const product = {
    asff: 'arn:aws:securityhub:us-east-1::product/aws/guardduty',
    ocsf: 'arn:aws:securityhub:us-east-1::productv2/aws/guardduty',
  }
  const key = { AccessKeyId: KEY, PrincipalId: 'AIDACIBUILDEXAMPLE001', PrincipalType: 'IAMUser', PrincipalName: 'ci-build' }
  const asff = imported(
    { Type: 'AwsIamAccessKey', Id: `AWS::IAM::AccessKey:${KEY}`, Details: { AwsIamAccessKey: key } },
    {
      id: arn,
      time: at(4),
      label: 'HIGH',
      type: 'TTPs/UnauthorizedAccess/UnauthorizedAccess:IAMUser-TorIPCaller',
      finding: { ProductArn: product.asff },
    },
  )
  const ocsf = {
    ...asff,
    'detail-type': 'Findings Imported V2',
    detail: {
      findings: [
        {
          class_uid: 2004,
          severity_id: 4,
          time: at(4),
          metadata: { product: { name: 'GuardDuty', uid: product.ocsf, vendor_name: 'AWS' } },
          finding_info: { uid: arn, types: ['UnauthorizedAccess:IAMUser/TorIPCaller'] },
          cloud: { account: { uid: ACCOUNT }, region: 'us-east-1' },
          resources: [
            {
              type: 'AWS::IAM::AccessKey',
              uid: KEY,
              data: { access_key_id: KEY, principal_id: 'AIDACIBUILDEXAMPLE001', user_name: 'ci-build', user_type: 'IAMUser' },
            },
          ],
        },
      ],
    },
  }

  it('counts once, whichever comes first', async () => {
    const alone = await endOf([[own]])
    expect(alone[0]?.timeline).toHaveLength(1)
    for (const order of permutations([own, asff, ocsf])) for (const batches of splits(order)) expect(await endOf(batches)).toEqual(alone)
  })
})
