import { afterEach, describe, expect, it } from 'vitest'
import { analyzerFindings } from '../../shared/aws/access-findings.ts'
import { accessAnalyzerClient } from '../../shared/aws/clients.ts'
import { json, type Loopback, loopback, type WireRequest } from './loopback.ts'

const ACCOUNT = '123456789012'
const analyzer = (name: string) => `arn:aws:access-analyzer:us-east-1:${ACCOUNT}:analyzer/${name}`
const user = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`
const CREATED = '2026-02-01T02:00:00Z'

const finding = (id: string, parts: object = {}) => ({
  id,
  resource: user('ann'),
  resourceType: 'AWS::IAM::User',
  resourceOwnerAccount: ACCOUNT,
  status: 'ACTIVE',
  findingType: 'UnusedIAMUserAccessKey',
  analyzedAt: CREATED,
  createdAt: CREATED,
  updatedAt: CREATED,
  ...parts,
})

const open: Loopback[] = []
afterEach(() => Promise.all(open.splice(0).map((wire) => wire.close())))

/** Access Analyzer on loopback: analyzers and findings on pages of one, as https://docs.aws.amazon.com/access-analyzer/latest/APIReference/ has them. */
async function answering(analyzers: readonly object[], findings: readonly object[]) {
  const page = (all: readonly object[], name: string, token: string | null | undefined) => {
    const at = Number(token ?? 0)
    return json({ [name]: all.slice(at, at + 1), ...(at + 1 < all.length ? { nextToken: String(at + 1) } : {}) })
  }
  const wire = await loopback(({ method, path, body }: WireRequest) => {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1')
    if (method === 'GET' && pathname === '/analyzer') return page(analyzers, 'analyzers', searchParams.get('nextToken'))
    if (method === 'POST' && pathname === '/findingv2') return page(findings, 'findings', JSON.parse(body).nextToken)
    return { status: 404 }
  })
  open.push(wire)
  return { wire, read: () => analyzerFindings(() => accessAnalyzerClient(wire.options)).read(ACCOUNT) }
}

describe('what IAM Access Analyzer found', () => {
  it('is read on all pages, of users and roles of the account alone', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/open`
    const { wire, read } = await answering(
      [
        { arn: analyzer('broken'), status: 'FAILED', type: 'ACCOUNT' },
        { arn: analyzer('unused'), status: 'ACTIVE', type: 'ACCOUNT_UNUSED_ACCESS' },
      ],
      [
        finding('1'),
        finding('2', { resource: role, resourceType: 'AWS::IAM::Role', findingType: 'ExternalAccess' }),
        finding('3', { resource: 'arn:aws:s3:::reports', resourceType: 'AWS::S3::Bucket', findingType: 'ExternalAccess' }),
        finding('4', { resourceOwnerAccount: '210987654321' }),
        finding('5', { resource: undefined }),
        finding('6', { findingType: 'UnusedPermission' }),
      ],
    )
    const since = Date.parse(CREATED)
    expect(await read()).toEqual(
      new Map([
        [
          user('ann'),
          [
            { type: 'UnusedIAMUserAccessKey', since },
            { type: 'UnusedPermission', since },
          ],
        ],
        [role, [{ type: 'ExternalAccess', since }]],
      ]),
    )
    // What somebody has archived or resolved is not asked for, and an analyzer that does not work is not asked.
    const asked = wire.requests.filter(({ path }) => path === '/findingv2').map(({ body }) => JSON.parse(body))
    expect(asked).toHaveLength(6)
    expect(asked.every(({ filter, analyzerArn }) => filter.status.eq[0] === 'ACTIVE' && analyzerArn === analyzer('unused'))).toBe(true)
  })

  it('is not known where no analyzer works, which is another answer than nothing', async () => {
    expect(await (await answering([], [])).read()).toBeUndefined()
    expect(await (await answering([{ arn: analyzer('new'), status: 'CREATING' }], [])).read()).toBeUndefined()
    expect(await (await answering([{ arn: analyzer('a'), status: 'ACTIVE' }], [])).read()).toEqual(new Map())
  })

  it('fails where a call is refused', async () => {
    const wire = await loopback(() => ({
      status: 403,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
      body: '{"message":"no"}',
    }))
    open.push(wire)
    await expect(analyzerFindings(() => accessAnalyzerClient(wire.options)).read(ACCOUNT)).rejects.toThrow('no')
  })
})
