import { afterEach, describe, expect, it } from 'vitest'
import { iamClient, stsClient } from '../../shared/aws/clients.ts'
import { centralRootKeys } from '../../shared/aws/root-keys.ts'
import { memoryRootKeys } from '../../shared/memory/root-keys.ts'
import { type Loopback, loopback, type WireRequest } from './loopback.ts'

const KEY = 'AKIAROOT000000000001'
const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

/** STS and IAM for one member account: a session of root, and root's keys. */
async function organisation(isAllowed = true) {
  const keys = new Set([KEY])
  const answer = (verb: string, inside: string) => ({
    headers: { 'content-type': 'text/xml' },
    body: `<${verb}Response><${verb}Result>${inside}</${verb}Result></${verb}Response>`,
  })
  const error = (code: string, status: number) => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
  })
  const wire = await loopback(({ body }: WireRequest) => {
    const words = new URLSearchParams(body)
    const verb = words.get('Action') ?? ''
    switch (verb) {
      case 'AssumeRoot': {
        if (!isAllowed) return error('AccessDenied', 403)
        const session = '<AccessKeyId>ASIAROOTSESSION00001</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>'
        return answer(verb, `<Credentials>${session}<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>`)
      }
      case 'ListAccessKeys': {
        const members = [...keys].map((id) => `<member><AccessKeyId>${id}</AccessKeyId><Status>Active</Status></member>`)
        return answer(verb, `<AccessKeyMetadata>${members.join('')}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`)
      }
      case 'DeleteAccessKey':
        return keys.delete(words.get('AccessKeyId') ?? '') ? answer(verb, '') : error('NoSuchEntity', 404)
    }
    return error('InvalidAction', 400)
  })
  wires.push(wire)
  const rootKeys = centralRootKeys(stsClient(wire.options), '123456789012', (credentials) => iamClient({ ...wire.options, credentials }))
  return { rootKeys, wire }
}

describe.each([
  { name: 'in memory', make: async () => memoryRootKeys([{ id: KEY, status: 'Active' }]) },
  { name: 'under centralised root access', make: async () => (await organisation()).rootKeys },
])("root's keys $name", ({ make }) => {
  it('are listed and deleted, each once', async () => {
    const rootKeys = await make()
    expect(await rootKeys.list()).toEqual([{ id: KEY, status: 'Active' }])
    expect(await rootKeys.remove(KEY)).toBe(true)
    expect(await rootKeys.remove(KEY)).toBe(false)
    expect(await rootKeys.list()).toEqual([])
  })
})

describe("root's keys under centralised root access", () => {
  it('are reached by one session, of the account and of the task, that signs every call', async () => {
    const { rootKeys, wire } = await organisation()
    await rootKeys.list()
    await rootKeys.remove(KEY)
    const [assume, ...calls] = wire.requests
    expect(Object.fromEntries(new URLSearchParams(assume?.body))).toMatchObject({
      Action: 'AssumeRoot',
      TargetPrincipal: '123456789012',
      'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials',
      DurationSeconds: '900',
    })
    expect(calls).toHaveLength(2)
    for (const { headers } of calls) expect(headers.authorization).toContain('Credential=ASIAROOTSESSION00001/')
  })

  it('throw where the organisation does not allow it', async () => {
    const { rootKeys } = await organisation(false)
    await expect(rootKeys.list()).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
