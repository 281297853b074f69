import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { folderVault } from '../../local/folder-vault.ts'
import { s3Client } from '../../shared/aws/clients.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { SealVault } from '../../shared/ports/stores.ts'
import { FIRST_STORED_AT, fakeS3 } from './fake-s3.ts'
import { type Loopback, loopback } from './loopback.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-vault-'))
const wires: Loopback[] = []
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await Promise.all(wires.map((wire) => wire.close()))
})
async function bucket(pageSize?: number) {
  const s3 = await fakeS3(pageSize)
  wires.push(s3.wire)
  return { ...s3, client: s3Client(s3.wire.options) }
}

describe.each<{ name: string; make: () => Promise<SealVault> }>([
  { name: 'in memory', make: async () => memorySealVault() },
  { name: 'in a folder', make: async () => folderVault(join(folder, 'seals')) },
  { name: 'in a bucket', make: async () => s3SealVault((await bucket()).client, 'seals-bucket') },
  { name: 'in a bucket that lists two at a time', make: async () => s3SealVault((await bucket(2)).client, 'seals-bucket') },
])('the vault $name', ({ name, make }) => {
  it('keeps each seal as it was put first', async () => {
    const vault = await make()
    expect(await vault.last()).toBe(0)
    expect(await vault.get(1)).toBeUndefined()
    for (let number = 1; number <= 5; number++) expect(await vault.put(number, `seal ${number} ü\n`)).toBe(true)
    expect(await vault.put(3, 'another')).toBe(false)
    expect(await vault.get(3)).toBe('seal 3 ü\n')
    expect(await vault.last()).toBe(5)
  })

  it('says which seals were stored since a time', async () => {
    const vault = await make()
    for (let number = 1; number <= 3; number++) await vault.put(number, `seal ${number}`)
    expect(await vault.since(0)).toBe(1)
    expect(await vault.since(Date.UTC(9999, 0, 1))).toBe(name === 'in memory' ? 1 : Number.POSITIVE_INFINITY)
  })

  it('lets one of several writers have the number', async () => {
    const vault = await make()
    const put = await Promise.all(Array.from({ length: 4 }, (_, at) => vault.put(9, `writer ${at}`)))
    expect(put.filter(Boolean)).toHaveLength(1)
    expect(await vault.get(9)).toBe(`writer ${put.indexOf(true)}`)
  })
})

describe('the vault in memory', () => {
  it('says by its clock which seals were stored since a time', async () => {
    let now = 0
    const vault = memorySealVault({ now: () => now })
    for (const number of [1, 2, 3]) {
      now = number * 1000
      await vault.put(number, 'x')
    }
    for (const [at, first] of [
      [1000, 1],
      [1001, 2],
      [3000, 3],
      [3001, Number.POSITIVE_INFINITY],
    ] as const)
      expect(await vault.since(at)).toBe(first)
  })
})

describe('the vault in a folder', () => {
  it('leaves read-only files, and no halves', () => {
    const names = readdirSync(join(folder, 'seals'))
    expect(names.every((name) => /^\d{6}\.ndjson$/.test(name))).toBe(true)
    expect(statSync(join(folder, 'seals', '000001.ndjson')).mode & 0o222).toBe(0)
  })

  it('throws where it could not look', async () => {
    const vault = folderVault(join(folder, 'seals', '000001.ndjson'))
    await expect(vault.get(1)).rejects.toMatchObject({ code: 'ENOTDIR' })
    await expect(vault.last()).rejects.toMatchObject({ code: 'ENOTDIR' })
    await expect(vault.put(1, 'x')).rejects.toMatchObject({ code: 'EEXIST' })
  })
})

describe('the vault in a bucket', () => {
  it('reads the first version, whatever was put over it or deleted since', async () => {
    const { client, overwrite, hide } = await bucket()
    const vault = s3SealVault(client, 'seals-bucket')
    await vault.put(1, 'the true one')
    overwrite('seals/000001.ndjson', 'a lie')
    expect(await vault.get(1)).toBe('the true one')
    hide('seals/000001.ndjson')
    expect(await vault.get(1)).toBe('the true one')
    expect(await vault.last()).toBe(1)
  })

  it('takes the time of the first version, in which S3 has stored it', async () => {
    const { client, overwrite } = await bucket(2)
    const vault = s3SealVault(client, 'seals-bucket')
    for (const number of [1, 2, 3]) await vault.put(number, 'x')
    overwrite('seals/000001.ndjson', 'a lie')
    overwrite('seals/notes.txt', 'no seal')
    expect(await vault.since(FIRST_STORED_AT + 1000)).toBe(2)
    expect(await vault.since(FIRST_STORED_AT + 3000)).toBe(Number.POSITIVE_INFINITY)
  })

  it('throws where S3 says no: that is neither "taken" nor "not there"', async () => {
    const wire = await loopback(() => ({
      status: 403,
      headers: { 'content-type': 'application/xml' },
      body: '<Error><Code>AccessDenied</Code></Error>',
    }))
    wires.push(wire)
    const vault = s3SealVault(s3Client(wire.options), 'seals-bucket')
    await expect(vault.put(1, 'x')).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(vault.get(1)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(vault.last()).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(vault.since(0)).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
