import fc from 'fast-check'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A key as a text leaks it. It was never issued. */
export interface LeakedKey {
  readonly id: string
  readonly secret: string
}

const from = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((characters) => characters.join(''))

/** Random keys. Secrets are drawn character by character, as AWS's are. */
export const leakedKeys: fc.Arbitrary<LeakedKey> = fc.record({
  id: fc.tuple(fc.constantFrom('AKIA', 'ASIA', 'ABIA', 'ACCA'), from(BASE32, 16)).map((parts) => parts.join('')),
  secret: from(BASE64, 40),
})

/** The name of a Bedrock API key, and the key. */
export const bedrockKeys: fc.Arbitrary<LeakedKey> = fc
  .tuple(from('abcdefghijklmnopqrstuvwxyz0123456789', 4), fc.nat({ max: 999_999_999_999 }), from(BASE64, 60))
  .map(([user, account, random]) => {
    const id = `BedrockAPIKey-${user}-at-${String(account).padStart(12, '0')}`
    return { id, secret: `ABSK${Buffer.from(`${id}:${random}`).toString('base64')}` }
  })

const json = (value: unknown) => JSON.stringify(value)
const textNode = (text: string, marks?: string) => ({ type: 'text', text, ...(marks === undefined ? {} : { marks: [{ type: marks }] }) })
const adf = (...content: unknown[]) => json({ type: 'doc', version: 1, content: [{ type: 'paragraph', content }] })
const html = (text: string) => text.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;').replaceAll('"', '&quot;')
const RED = '\u001b[31;1m'

/** The ways in which a key and its secret stand in texts, by what writes them so. */
export const WRITTEN: Readonly<Record<string, (key: LeakedKey) => string>> = {
  'a credentials file': ({ id, secret }) => `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\nregion = eu-west-1\n`,
  'a shell': ({ id, secret }) => `+ export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY='${secret}'`,
  'JSON of the CLI': ({ id, secret }) =>
    json({ AccessKey: { UserName: 'ci', AccessKeyId: id, Status: 'Active', SecretAccessKey: secret } }),
  'JSON in JSON': ({ id, secret }) => json({ message: json({ text: `keys:\n${id}\n${secret}\n` }) }),
  'JSON with escaped slashes': ({ id, secret }) => json({ id, secret }).replaceAll('/', '\\/'),
  'JSON with escaped signs': ({ id, secret }) =>
    json({ log: `"${id}" "${secret}"` })
      .replaceAll('+', '\\u002b')
      .replaceAll('/', '\\u002F'),
  'an address': ({ id, secret }) => `https://${id}:${encodeURIComponent(secret)}@example.com/`,
  'a query': ({ id, secret }) => `GET /x?creds=${encodeURIComponent(`a=${id}&b=${secret}`)} HTTP/1.1`,
  HTML: ({ id, secret }) => html(`<td>"${id}"</td><td>${secret}</td>`),
  'a table of wiki text': ({ id, secret }) => `||key||secret||\n|*${id}*|{{${secret}}}|`,
  'a macro of wiki text': ({ id, secret }) => `{noformat}\n${id},${secret}\n{noformat}`,
  'split wiki text': ({ id, secret }) =>
    `key ${id.slice(0, 9)}{color:red}${id.slice(9)}{color} ${secret.slice(0, 20)}*${secret.slice(20)}* now`,
  'a document of Jira': ({ id, secret }) => adf(textNode('look: '), textNode(id, 'code'), textNode(' and '), textNode(secret, 'code')),
  'a split document of Jira': ({ id, secret }) =>
    adf(
      textNode(id.slice(0, 12)),
      textNode(id.slice(12), 'strong'),
      textNode(` / ${secret.slice(0, 15)}`),
      textNode(secret.slice(15), 'em'),
    ),
  'split HTML': ({ id, secret }) => `${id.slice(0, 6)}<b>${id.slice(6)}</b> ${secret.slice(0, 13)}<wbr>${secret.slice(13)}`,
  'a word processor': ({ id, secret }) => `Key:\u00a0${id.slice(0, 10)}\u200b${id.slice(10)}, secret:\u00a0${secret}\u2060.`,
  'code that puts texts together': ({ id, secret }) => `const key = "${id.slice(0, 8)}" + "${id.slice(8)}", secret = "${secret}"`,
  'a coloured log': ({ id, secret }) => `${RED}${id}\u001b[0m ${RED}${secret}\u001b[0m`,
  'a coloured log in JSON': ({ id, secret }) => json({ log: `${RED}${id}\u001b[0m\t${secret}` }),
  'one word': ({ id, secret }) => `${id}/${secret}`,
  'one word, the secret first': ({ id, secret }) => `${secret}/${id}`,
  'a pair': ({ id, secret }) => `TF_VAR_${id}:${secret}`,
  'a CSV': ({ id, secret }) => `User Name,Access key ID,Secret access key\r\nci,${id},${secret}\r\n`,
  YAML: ({ id, secret }) => `aws:\n  accessKeyId: ${id}\n  secretAccessKey: >-\n    ${secret}\n`,
  'a long way apart, by its name': ({ id, secret }) => `${id}\n${'- one more line\n'.repeat(150)}secret_key: ${secret}`,
}
