import { afterEach, describe, expect, it } from 'vitest'
import { secretsClient } from '../../shared/aws/clients.ts'
import { secretsManagerVault } from '../../shared/aws/vault.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import { json, type Loopback, loopback } from './loopback.ts'

const FIRST = 'a'.repeat(64)
const SECOND = 'b'.repeat(64)

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

/** Secrets Manager's JSON protocol, as far as the vault uses it: versions by client request token, pages of one. */
async function secretsManager() {
  const secrets = new Map<string, Map<string, string>>()
  const tags = new Map<string, unknown>()
  const error = (name: string) => json({ __type: name, message: name }, 400)
  const wire = await loopback(({ headers, body }) => {
    const verb = String(headers['x-amz-target']).split('.')[1] ?? ''
    const words = JSON.parse(body)
    const versions = secrets.get(words.SecretId ?? words.Name)
    const put = (all: Map<string, string>) => {
      const there = all.get(words.ClientRequestToken)
      if (there !== undefined && there !== words.SecretString) return error('ResourceExistsException')
      all.set(words.ClientRequestToken, words.SecretString)
      return json({ VersionId: words.ClientRequestToken })
    }
    switch (verb) {
      case 'CreateSecret': {
        if (versions !== undefined) return error('ResourceExistsException')
        const made = new Map<string, string>()
        secrets.set(words.Name, made)
        tags.set(words.Name, words.Tags)
        return put(made)
      }
      case 'DescribeSecret':
        return versions === undefined ? error('ResourceNotFoundException') : json({ Name: words.SecretId, Tags: tags.get(words.SecretId) })
      case 'GetResourcePolicy':
        return versions === undefined ? error('ResourceNotFoundException') : json({ Name: words.SecretId })
      case 'PutSecretValue':
        return versions === undefined ? error('ResourceNotFoundException') : put(versions)
      case 'ListSecretVersionIds': {
        if (versions === undefined) return error('ResourceNotFoundException')
        const at = Number(words.NextToken ?? 0)
        const Versions = [...versions.keys()].slice(at, at + 1).map((VersionId) => ({ VersionId }))
        return json({ Versions, ...(at + 1 < versions.size ? { NextToken: String(at + 1) } : {}) })
      }
    }
    return error('InvalidAction')
  })
  wires.push(wire)
  const newest = (name: string) => [...(secrets.get(name)?.values() ?? [])].at(-1)
  return { vault: secretsManagerVault(secretsClient(wire.options)), newest, wire, secrets }
}

describe.each([
  {
    name: 'in memory',
    async make() {
      const vault = memoryVault()
      return { vault, newest: (name: string) => vault.values.get(name) }
    },
  },
  { name: 'on Secrets Manager', make: secretsManager },
])('the vault $name', ({ make }) => {
  it('puts a value under a new name and under one that is there, and the newest counts', async () => {
    const { vault, newest } = await make()
    await vault.create('countersign/ci-build', '{"a":1}', FIRST, {})
    await vault.put('countersign/ci-build', '{"a":2}', SECOND)
    expect(newest('countersign/ci-build')).toBe('{"a":2}')
  })

  it('knows the versions that were put, by name', async () => {
    const { vault } = await make()
    expect(await vault.has('countersign/ci-build', FIRST)).toBe(false)
    await vault.create('countersign/ci-build', 'x', FIRST, {})
    await vault.put('countersign/ci-build', 'y', SECOND)
    expect(await vault.has('countersign/ci-build', FIRST)).toBe(true)
    expect(await vault.has('countersign/ci-build', SECOND)).toBe(true)
    expect(await vault.has('countersign/ci-deploy', FIRST)).toBe(false)
  })

  it('takes the same version again as done', async () => {
    const { vault, newest } = await make()
    await vault.create('countersign/ci-build', 'x', FIRST, {})
    await vault.put('countersign/ci-build', 'x', FIRST)
    expect(newest('countersign/ci-build')).toBe('x')
  })
})

describe.each([
  { name: 'in memory', make: async () => ({ vault: memoryVault() }) },
  { name: 'on Secrets Manager', make: secretsManager },
])('a secret $name', ({ make }) => {
  it('says its tags, and is undefined where there is none', async () => {
    const { vault } = await make()
    expect(await vault.describe('countersign/ci-build')).toBeUndefined()
    await vault.create('countersign/ci-build', 'x', FIRST, { 'countersign:user': 'ci-build' })
    expect(await vault.describe('countersign/ci-build')).toEqual({ tags: { 'countersign:user': 'ci-build' }, policy: undefined })
  })

  it('is never created over one that is there, and nothing is put into one that is not', async () => {
    const { vault } = await make()
    await expect(vault.put('countersign/ci-build', 'x', FIRST)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await vault.create('countersign/ci-build', 'x', FIRST, {})
    await expect(vault.create('countersign/ci-build', 'y', SECOND, {})).rejects.toMatchObject({ name: 'ResourceExistsException' })
  })
})

describe('the vault on Secrets Manager', () => {
  it('throws where it could not look: that is not "no"', async () => {
    const wire = await loopback(() => json({ __type: 'AccessDeniedException', message: 'no' }, 400))
    wires.push(wire)
    const vault = secretsManagerVault(secretsClient(wire.options))
    await expect(vault.has('x', FIRST)).rejects.toThrow('no')
    await expect(vault.put('x', 'y', FIRST)).rejects.toThrow('no')
    await expect(vault.describe('x')).rejects.toThrow('no')
    await expect(vault.create('x', 'y', FIRST, {})).rejects.toThrow('no')
  })
})
