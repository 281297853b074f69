import { describe, expect, it } from 'vitest'
import { CREDENTIAL_ID } from '../../shared/domain/exposure-report.ts'
import { isSecretForm } from '../../shared/sense/intake/secret-form.ts'
import { SIFT_LIMIT, sift } from '../../shared/sense/intake/sift.ts'
import { WRITTEN } from '../leaked-keys.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: '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' }
const OTHER = 'ASIARZPUZDIKK3QFWXY2'
const alone = [{ credentialId: KEY.id, hasSecret: false }]
const withSecret = [{ credentialId: KEY.id, hasSecret: true }]

describe('what is sifted', () => {
  it.each(Object.entries(WRITTEN))('an id and its secret, written by %s', (_, write) => {
    expect(sift(write(KEY))).toEqual(withSecret)
  })

  it.each(['AKIA', 'ASIA', 'ABIA', 'ACCA'])('an id of the kind %s, in a pattern with percent signs too', (kind) => {
    const id = `${kind}RZPUZDIKLIJVPG67`
    for (const text of [
      id,
      `user ${id} failed`,
      `%${id}%`,
      `"${id}"`,
      `x=${id};`,
      `%22${id}%22`,
      `%C2%A0${id}`,
      `é${id}ü`,
      `\\"${id}\\"`,
      `\\\\n${id}`,
    ])
      expect(sift(text), text).toEqual([{ credentialId: id, hasSecret: false }])
  })

  it('an id behind what only begins as a colour of a terminal', () => {
    for (const text of [`\u001b[${'1;'.repeat(20)}m ${KEY.id}`, `\u001b[1! ${KEY.id}`, `\u001b] ${KEY.id}`])
      expect(sift(text), text).toEqual(alone)
  })

  it('an id of every length that the report takes', () => {
    for (let length = 16; length <= 32; length++) {
      const id = `AKIA${'Q7ZT3MXB8RKWV2LYNFPC5HSDGJ4A'.slice(0, length - 4)}`
      expect(CREDENTIAL_ID.test(id)).toBe(true)
      expect(sift(`key ${id}.`), id).toEqual([{ credentialId: id, hasSecret: false }])
    }
  })

  it.each([
    ['a word that goes on before it', `X${KEY.id}`],
    ['a word that goes on behind it', `${KEY.id}x`],
    ['a shorter word', 'AKIARZPUZDI'],
    ['a longer word', `${KEY.id}AAAAAAAAAAAAA`],
    ['small letters', KEY.id.toLowerCase()],
    ['ids of users and roles', 'AIDARZPUZDIKLIJVPG67 AROARZPUZDIKLIJVPG67'],
    ['a split id with a letter too many', `${KEY.id.slice(0, 9)}*${KEY.id.slice(9)}X* `],
    ['an id in more pieces than markup makes', [0, 3, 6, 9, 12, 15, 18].map((at) => KEY.id.slice(at, at + 3)).join('*')],
    ['pieces that are no one word', `${KEY.id.slice(0, 9)} ${KEY.id.slice(9)}`],
    ['nothing', ''],
  ])('no id: %s', (_, text) => {
    expect(sift(text)).toEqual([])
  })

  it.each([
    ['nothing', KEY.id],
    ["a commit's SHA-1", `${KEY.id} da39a3ee5e6b4b0d3255bfef95601890afd80709`],
    ['a hash in capitals', `${KEY.id} DA39A3EE5E6B4B0D3255BFEF95601890AFD80709`],
    ['the secrets of documentation', `${KEY.id} wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY`],
    ['a filled-in placeholder', `${KEY.id} ${'xX'.repeat(20)} ${'A1b2C3d4'.repeat(5)}`],
    ['the alphabet', `${KEY.id} ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn`],
    ['stars', `${KEY.id} ${'*'.repeat(40)}`],
    ['a name of a program', `${KEY.id} DisableSecurityHubFeatureV2CommandOutput`],
    ['a path', `${KEY.id} com/AmazonECS/latest/developerguide/task`],
    ['39 characters', `${KEY.id} ${KEY.secret.slice(1)}`],
    ['41 characters', `${KEY.id} ${KEY.secret}x`],
    ['a secret far away', `${KEY.id}${' .'.repeat(200)}${KEY.secret}`],
    ['a named secret very far away', `${KEY.id}${' .'.repeat(2_100)}secret=${KEY.secret}`],
  ])('an id without its secret beside %s', (_, text) => {
    expect(sift(text)).toEqual(alone)
  })

  it('reads a secret that ends in the padding of base64, and none behind a name that is as long together', () => {
    expect(sift(`${KEY.id} ${KEY.secret.slice(2)}==`)).toEqual(withSecret)
    expect(sift(`${KEY.id} name=${KEY.secret.slice(5)}`)).toEqual(alone)
    expect(sift(`${KEY.id} name=${KEY.secret}`)).toEqual(withSecret)
  })

  it('takes no pieces around an id for a secret, and reads on behind them', () => {
    const pieces = `${KEY.secret.slice(0, 10)}*${OTHER}*${KEY.secret.slice(10, 20)}`
    expect(sift(pieces)).toEqual([{ credentialId: OTHER, hasSecret: false }])
    expect(sift(`${pieces}${'. '.repeat(300)}${KEY.id}/${KEY.secret}`)).toEqual([{ credentialId: OTHER, hasSecret: false }, ...withSecret])
  })

  it('says each id once, with its secret where that stands with any of its places', () => {
    const text = `${KEY.id} ${OTHER} ${'. '.repeat(2_200)} ${KEY.id}:${KEY.secret}`
    expect(sift(text)).toEqual([
      { credentialId: KEY.id, hasSecret: true },
      { credentialId: OTHER, hasSecret: false },
    ])
  })

  it('reads the name of a Bedrock API key, whose text is the secret', () => {
    const name = 'BedrockAPIKey-k3x9-at-123456789012'
    const key = `ABSK${Buffer.from(`${name}:${KEY.secret}${KEY.secret}`).toString('base64')}`
    for (const text of [key, `AWS_BEARER_TOKEN_BEDROCK=${key}`, JSON.stringify({ key }).replaceAll('/', '\\/')])
      expect(sift(text), text).toEqual([{ credentialId: name, hasSecret: true }])
    expect(sift(`ABSK${Buffer.from(`${name}x:${KEY.secret}`).toString('base64')} ABSKABSKABSK x${key}`)).toEqual([])
  })

  it(`reads ${SIFT_LIMIT} credentials at most`, () => {
    const ids = Array.from({ length: SIFT_LIMIT + 50 }, (_, at) => `AKIARZPUZDIKLIJ${10_000 + at}`)
    expect(sift(ids.join(' ')).map(({ credentialId }) => credentialId)).toEqual(ids.slice(0, SIFT_LIMIT))
    // One that is known already is still found with its secret.
    expect(sift(`${ids.join(' ')} ${ids[0]} ${KEY.secret}`)[0]).toEqual({ credentialId: ids[0], hasSecret: true })
  })
})

describe('the form of a secret', () => {
  it.each([
    ['has small letters', KEY.secret.toUpperCase()],
    ['has capitals', KEY.secret.toLowerCase()],
    ['has no other signs', `${KEY.secret.slice(1)}_`],
    ['varies', 'aB'.repeat(20)],
    ['is no word', 'ThisIsSomeKindOfIdentifierWithVariety123'],
  ])('%s', (_, text) => {
    expect(text).toHaveLength(40)
    expect(isSecretForm(text)).toBe(false)
    expect(isSecretForm(KEY.secret)).toBe(true)
  })
})
