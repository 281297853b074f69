import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { truffleHogLine } from '../scanner-output.ts'
import { CALLS, zipped } from '../unit/input-forms.ts'

/** Root reads whatever it likes, so a file that may not be read is no case for it. */
const IS_ROOT = process.getuid?.() === 0

const ROOT = join(import.meta.dirname, '..', '..')

const WIDE = `version: 3
mode: contain
approvers: ['*']
tiers:
  - { name: ci, match: { arns: ['arn:*:iam::*:user/ci-*'] }, mode: contain }
  - { name: all, match: { arns: ['*'] }, mode: ask }
  - { name: rest, match: { arns: ['arn:*:iam::123456789012:user/x'] } }
detectors:
  new-country:
    except: [{ tools: ['*'], reason: a move, until: 2026-01-01 }]
`

/** Secrets that nobody has, in the forms of those of AWS: of a user, and of a session. */
const SECRETS = ['h9Qz4nTb7LxWm2Rk/Vd8sYpJ+c3FgAoE6uNiXt1B', 'IQoJb3JpZ2luX2VjEJz7kq3mPwXh8tRbV5nYd2LsFgCuAo9EiN4jTzKxQvM6HrWp1Dy'] as const

const [SECRET, SESSION_TOKEN] = SECRETS

/** Files with secrets that lie beside those that commands take, by what they are. */
const WITH_SECRETS: Readonly<Record<string, string>> = {
  'credentials of the AWS CLI': `[default]\naws_access_key_id = AKIARZPUZDIKLIJVPG67\naws_secret_access_key = ${SECRET}\naws_session_token = ${SESSION_TOKEN}\n`,
  'a secret alone': SECRET,
  'a secret behind a sign of YAML': `version: 3\nmode: !${SECRET}\ntiers: *${SECRET}\nreview: |${SECRET}\nrelease: "\\${SECRET}\n@${SECRET}`,
  'a secret as an alias': `version: 3\nmode: *${SECRET.replace(/\W/g, '')}\n`,
  'a secret as a value': `version: ${SECRET}\nmode: ${SECRET}\napprovers: ${SESSION_TOKEN}\nrelease: { suppressionHours: ${SECRET} }\n`,
  'a secret as a key': `version: 3\n${SECRET}: ${SECRET}\n? ${SESSION_TOKEN}\n: 1\n`,
  'a file of an environment': `AWS_SECRET_ACCESS_KEY=${SECRET}\nexport AWS_SESSION_TOKEN=${SESSION_TOKEN}\n`,
  'JSON of a session': JSON.stringify({ Credentials: { SecretAccessKey: SECRET, SessionToken: SESSION_TOKEN }, Version: SECRET }),
  'a list of secrets': JSON.stringify(SECRETS),
}

/** How much of a secret is one that was shown, in characters. */
const SHOWN = 6

/** The first part of a secret that stands in a text; undefined where none does. */
export function secretIn(text: string): string | undefined {
  for (const secret of SECRETS)
    for (let at = 0; at + SHOWN <= secret.length; at++) {
      const part = secret.slice(at, at + SHOWN)
      if (text.includes(part)) return part
    }
  return undefined
}

const CSV = 'name,value\nfirst,1\nsecond,2\n'

/** What people give in place of a file, by name. */
export type WrongFiles = Readonly<Record<string, string>>

/** Lays files that no command takes into a folder, each under the name of what it is. */
export function layWrongFiles(folder: string): WrongFiles {
  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const made = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const closed = written('closed.json', '{}')
  chmodSync(closed, 0)
  const secrets = made('secrets')
  for (const [at, text] of Object.values(WITH_SECRETS).entries()) written(join('secrets', `rule-${at}.yml`), text)
  return {
    missing: join(folder, 'missing.json'),
    'missing folder': join(folder, 'missing', 'file.json'),
    'empty folder': made('empty'),
    empty: written('empty.json', ''),
    blank: written('blank.json', ' \n\n'),
    garbage: written('garbage.txt', 'no idea what this is: { [ \n\tcolumns } and more\n'),
    zip: written('archive.zip', zipped([['a.txt', Buffer.from(CSV)]], true)),
    csv: written('table.csv', CSV),
    zstd: written('table.csv.zst', zstdCompressSync(CSV)),
    gzip: written('table.csv.gz', gzipSync(CSV)),
    binary: written('binary.bin', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 151 + 7) % 256))),
    'other JSON': written('other.json', JSON.stringify({ hello: 'world' })),
    ...Object.fromEntries(Object.entries(WITH_SECRETS).map(([what, text], at) => [what, written(`secret-${at}.yml`, text)])),
    'a folder with secrets': secrets,
    'a JSON list': written('list.json', '[1, null, "x"]'),
    ...(IS_ROOT ? {} : { closed }),
  }
}

/** Lays files that commands take. */
export function layRightFiles(folder: string, account: string) {
  const written = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  return {
    account,
    policy: join(ROOT, 'policy.yaml'),
    /** Valid, and with something to warn of in every part. */
    wide: written('wide.yaml', WIDE),
    scan: written('scan.json', truffleHogLine({ id: 'AKIARZPUZDIKLIJVPG67', secret: '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' })),
    records: written('records.ndjson', CALLS.map((call) => JSON.stringify(call)).join('\n')),
    labelled: written(
      'labelled.ndjson',
      CALLS.map((event, at) => JSON.stringify({ id: `${at}`, case: 'one', label: 'benign', source: 'mine', event })).join('\n'),
    ),
    signals: written('signals.ndjson', JSON.stringify({ id: '1', kind: 'cloudtrail', label: 'benign', event: CALLS[0] })),
  }
}
