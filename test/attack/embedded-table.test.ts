import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { claimFolder } from '../../local/embedded/owner.ts'
import { processNamed } from '../../local/embedded/running-process.ts'
import { countersign, folder, layAccount, lines } from '../cli/run-cli.ts'
import { type OpenConsole, openConsole } from './open-console.ts'

/** Who runs these tests as root can also be somebody else. */
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534
const isLinux = process.platform === 'linux'

/** An account with a contained incident, which each test copies. */
const story = join(folder, 'story')
beforeAll(async () => {
  await layAccount(story)
  closeFolders(story)
})

let copies = 0
function ofTheStory(): string {
  const data = join(folder, `copy-${++copies}`)
  copyStory(data)
  return data
}

/** Copies keep the modes of files; folders get those of the umask. */
function copyStory(data: string, from = story): void {
  cpSync(from, data, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  closeFolders(data)
}

function closeFolders(data: string): void {
  for (const name of ['', 'dynamodb']) chmodSync(join(data, name), 0o700)
}

const opened: OpenConsole[] = []
async function open(data: string): Promise<OpenConsole> {
  const console = await openConsole(data)
  opened.push(console)
  return console
}
afterEach(async () => {
  for (const console of opened.splice(0)) await console.end('SIGKILL')
})

interface Owner {
  readonly v: number
  readonly id: string
  readonly pid: number
  readonly started: string
  readonly socket: string
}
const lockOf = (data: string) =>
  join(
    data,
    readdirSync(data)
      .filter((name) => /^owner-\d+\.json$/.test(name))
      .sort()
      .at(-1) ?? '',
  )
const ownerOf = (data: string) => JSON.parse(readFileSync(lockOf(data), 'utf8')) as Owner

/** Writes a lock over the last one, as who can write in the folder would. */
function plant(data: string, parts: Partial<Owner>): void {
  const { dev, ino } = statSync(data, { bigint: true })
  writeFileSync(lockOf(data), JSON.stringify({ ...ownerOf(data), folder: `${dev}:${ino}`, isReleased: false, ...parts }))
}

/** An incident as the list prints it. */
interface Listed {
  readonly id: string
  readonly state: string
  readonly identity: { readonly name: string }
}
interface Incident {
  readonly id: string
  readonly state: string
  readonly name: string
}
async function incidentsOf(data: string): Promise<Incident[]> {
  const { out, code, err } = await countersign(['incidents', 'list', '--all', '--json', '--data', data])
  expect(`${code} ${err}`).toBe('0 ')
  return lines<Listed>(out).map(({ id, state, identity: { name } }) => ({ id, state, name }))
}

async function containedIn(data: string): Promise<string> {
  return (await incidentsOf(data)).find(({ state, name }) => state === 'contained' && name === 'ci-deploy')?.id ?? 'none'
}

/** What a command says that fails: one line, and no stack. */
const ONE_LINE = /^countersign: [^\n]+ \[[a-z.]+\]\n$/

interface Asked {
  readonly port?: string
  readonly socketPath?: string
  readonly method: string
  readonly headers: Record<string, string>
}
function ask(asked: Asked, body = ''): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ hostname: '127.0.0.1', path: '/', agent: false, ...asked }, async (response) => {
      let text = ''
      for await (const part of response) text += String(part)
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

/** A call of the table as a page can send it: dynalite believes any signature. */
const SCAN = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.Scan',
  'x-amz-date': '20260302T120000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260302/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=forged',
}
const SCAN_BODY = JSON.stringify({ TableName: 'countersign' })

describe('a web page, while the account is open', () => {
  it.runIf(isLinux)('finds one open port of the process: that of the console', async () => {
    const { pid, url } = await open(ofTheStory())
    const sockets = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []),
    )
    const rows = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
      readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.trim().split(/\s+/)),
    )
    // Fields of proc_net_tcp(5): local address second, inode tenth.
    const mine = rows.filter((row) => sockets.has(row[9] ?? '')).map((row) => row[1])
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')
    expect(mine).toEqual([`0100007F:${port}`])
  })

  it('reads nothing through that port, by any name, with any origin and a forged signature', async () => {
    const { url } = await open(ofTheStory())
    const { port, host } = new URL(url)
    for (const name of [host, `localhost:${port}`, 'table.example.com', `dynamodb.us-east-1.amazonaws.com:${port}`])
      for (const origin of ['https://page.example.com', 'null', `http://${host}`])
        for (const method of ['POST', 'OPTIONS', 'GET']) {
          const headers = { ...SCAN, host: name, origin, 'access-control-request-method': 'POST' }
          const answer = await ask({ port, method, headers }, method === 'POST' ? SCAN_BODY : '')
          expect([403, 404], `${method} ${name} ${origin}`).toContain(answer.status)
          expect(answer.headers['access-control-allow-origin']).toBeUndefined()
          expect(answer.text).not.toContain('Items')
        }
  })

  it('reads nothing at the socket either, should something carry it there; a command does', async () => {
    const data = ofTheStory()
    await open(data)
    const { socket: socketPath } = ownerOf(data)
    const page = await ask({ socketPath, method: 'POST', headers: { ...SCAN, origin: 'https://page.example.com' } }, SCAN_BODY)
    expect(page.status).toBe(403)
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
    const command = await ask({ socketPath, method: 'POST', headers: SCAN }, SCAN_BODY)
    expect(command.status).toBe(200)
    expect(command.text).toContain('INCIDENT#')
  })
})

describe('another user of the machine', () => {
  it('has no right to anything in the folder, open or closed', async () => {
    const data = ofTheStory()
    await countersign(['changes', 'seal', '--data', data])
    const console = await open(data)
    expect(openIn(data, { isWhole: false })).toEqual([])
    await console.end('SIGINT')
    expect(openIn(data, { isWhole: true })).toEqual([])
  })

  it.runIf(isRoot)('neither lists the folder, nor reads the account, nor reaches the socket', async () => {
    const data = ofTheStory()
    await open(data)
    const tried = (user: string) =>
      JSON.parse(execFileSync(process.execPath, ['-e', TRY, data, ownerOf(data).socket, user], { encoding: 'utf8' }))
    chmodSync(folder, 0o755)
    expect(tried('nobody')).toEqual({ list: 'EACCES', read: 'EACCES', connect: 'EACCES' })
    expect(tried('same')).toEqual({ list: 'done', read: 'done', connect: 'done' })
  })

  it('loses a folder that was open to it, which is said once', async () => {
    const data = ofTheStory()
    for (const name of ['', 'account.json', 'dynamodb']) chmodSync(join(data, name), 0o755)
    const first = await countersign(['incidents', '--data', data])
    expect(first.code).toBe(0)
    expect(first.err).toBe(`countersign: ${data} was open to other users of this machine (0755). Now only you get in (0700).\n`)
    expect(openIn(data, { isWhole: true })).toEqual([])
    expect((await countersign(['incidents', '--data', data])).err).toBe('')
  })

  it.runIf(isRoot)('has no folder, account or lock of its own used', async () => {
    for (const name of ['', 'account.json', 'dynamodb', 'dynamodb/CURRENT']) {
      const data = ofTheStory()
      chownSync(join(data, name), NOBODY, NOBODY)
      const { code, err } = await countersign(['incidents', '--data', data])
      expect(code, name).toBe(1)
      expect(err).toMatch(ONE_LINE)
      expect(err).toContain(`belongs to another user (uid ${NOBODY})`)
    }
  })

  it('does not get at an account by a symbolic link in the place of the folder, or in it', async () => {
    const data = ofTheStory()
    const linked = join(folder, 'linked')
    symlinkSync(data, linked)
    const inside = ofTheStory()
    rmSync(join(inside, 'account.json'))
    symlinkSync(join(data, 'account.json'), join(inside, 'account.json'))
    for (const [args, path] of [
      [['incidents', '--data', linked], linked],
      [['incidents', '--data', `${linked}/`], linked],
      [['start', '--once', '--data', linked], linked],
      [['incidents', '--data', inside], join(inside, 'account.json')],
    ] as const) {
      const { code, err } = await countersign(args)
      expect(code).toBe(1)
      expect(err).toBe(`countersign: ${path} is not used: it is a symbolic link; name a folder of your own with --data [folder.unsafe]\n`)
    }
    expect(existsSync(join(data, 'previous'))).toBe(false)
  })

  it('finds its own access to a folder of other things unchanged, since no account is made there', async () => {
    const data = join(folder, 'shared')
    mkdirSync(data)
    chmodSync(data, 0o755)
    writeFileSync(join(data, 'notes.txt'), 'ours')
    const { code, err } = await countersign(['start', '--once', '--data', data])
    expect(code).toBe(1)
    expect(err).toContain('it holds other things, and other users may look into it (0755)')
    expect(statSync(data).mode & 0o777).toBe(0o755)
    expect(readdirSync(data)).toEqual(['notes.txt'])
  })
})

describe('commands on one folder at once', () => {
  it('find one owner among them, and all give the same answer', async () => {
    const data = ofTheStory()
    const all = await Promise.all(Array.from({ length: 5 }, () => countersign(['incidents', '--data', data])))
    expect(all.map(({ code, err }) => `${code} ${err}`)).toEqual(all.map(() => '0 '))
    expect(new Set(all.map(({ out }) => out)).size).toBe(1)
  })

  it('of which several claim it in the same moment: exactly one has it, again after each release', async () => {
    const data = join(folder, 'claimed')
    mkdirSync(data, { mode: 0o700 })
    for (let round = 0; round < 5; round++) {
      const claims = await Promise.all(Array.from({ length: 20 }, () => claimFolder(data, null)))
      const owned = claims.flatMap((one) => (one.kind === 'owned' ? [one.claim] : []))
      expect(owned).toHaveLength(1)
      const others = claims.flatMap((one) => (one.kind === 'taken' ? [one.owner.id] : []))
      expect(new Set(others)).toEqual(new Set([owned[0]?.owner.id]))
      await owned[0]?.release()
    }
  })

  it('of which two start a story: one tells it, the other is told who does', async () => {
    const data = join(folder, 'two-stories')
    const both = await Promise.all([1, 2].map(() => countersign(['start', '--once', '--data', data])))
    const [told, refused] = both.sort((a, b) => a.code - b.code)
    expect(told?.code).toBe(0)
    expect(refused?.code).toBe(4)
    expect(refused?.err).toMatch(
      / is in use by `npm run --silent countersign -- start`, process \d+, since \S+Z\. .*--data OTHER \[account\.busy\]\n$/,
    )
    expect(existsSync(join(data, 'previous'))).toBe(false)
  })
})

describe('while one has the account open', () => {
  it('the next steps of the story work from a second terminal, on the same account', async () => {
    const data = ofTheStory()
    const { url } = await open(data)
    const on = ['--data', data]
    const id = await containedIn(data)
    expect(keyOf(data)).toBe('Inactive')
    const shown = await countersign(['incidents', 'show', id, ...on])
    expect(shown.out).toContain('Active → Inactive')
    const released = await countersign(['release', id, '--reason', 'a drill', '--yes', ...on])
    expect(released.err).toBe('')
    expect(released.out).toContain('restored as it was before')
    expect(await (await fetch(`${url}incidents/${id}`)).text()).toContain('released')
    const verified = await countersign(['changes', 'verify', ...on])
    expect(verified.out).toContain('intact')
    const again = await countersign(['release', id, '--reason', 'a drill', '--yes', ...on])
    expect(`${again.code} ${again.err}`).toMatch(/^1 countersign: .*released already, by local:.*\[incident\.state\]\n$/)
    expect(keyOf(data)).toBe('Active')
  })

  it('a second start leaves it where it is', async () => {
    const data = ofTheStory()
    const { pid, url } = await open(data)
    const before = await incidentsOf(data)
    const second = await countersign(['start', '--once', '--data', data])
    expect(second.code).toBe(4)
    expect(second.err).toMatch(ONE_LINE)
    expect(second.err).toContain(`is in use by \`npm run --silent countersign -- console\`, process ${pid}, since `)
    // Whoever has the address gives verdicts: it is not for a log.
    expect(second.out + second.err).not.toContain(new URL(url).pathname)
    expect(await incidentsOf(data)).toEqual(before)
    expect(existsSync(join(data, 'previous'))).toBe(false)
  })

  it('a start does not throw away the account before it, where that is open', async () => {
    const data = ofTheStory()
    copyStory(join(data, 'previous'))
    const console = await open(join(data, 'previous'))
    const second = await countersign(['start', '--once', '--data', data])
    expect(`${second.code} ${second.err}`).toContain(`4 countersign: ${join(data, 'previous')} is in use by`)
    expect(await console.end('SIGINT')).toBe(0)
    expect(await containedIn(data)).toBe(await containedIn(join(data, 'previous')))
  })

  it('a console through it ends when it ends, and says so', async () => {
    const data = ofTheStory()
    const first = await open(data)
    const second = await open(data)
    expect((await fetch(second.url)).status).toBe(200)
    expect(await first.end('SIGINT')).toBe(0)
    expect(await second.ended).toBe(0)
    expect(second.said()).toContain('has ended, and this console with it')
  })

  it('no verdict is said in the name of another, and no call of another form is carried out', async () => {
    const data = ofTheStory()
    const id = await containedIn(data)
    await open(data)
    const { socket: socketPath } = ownerOf(data)
    const say = (verdict: object) => ask({ socketPath, method: 'POST', headers: {}, ...{ path: '/verdict' } }, JSON.stringify(verdict))
    const forged = await say({
      do: 'review',
      incidentId: id,
      review: { kind: 'legitimate', reason: 'mine', by: 'arn:aws:iam::123456789012:user/ciso' },
    })
    expect(JSON.parse(forged.text)).toMatchObject({ error: { code: 'usage' } })
    expect(await containedIn(data)).toBe(id)
    await say({ do: 'review', incidentId: id, review: { kind: 'legitimate', reason: 'mine' } })
    expect((await countersign(['changes', 'export', '--data', data])).out).toMatch(/"actor":"local:[^"]+"[^\n]*"why":"mine"/)
  })
})

describe('an owner that was killed', () => {
  it('is followed by the next command, and the account is whole', async () => {
    const data = ofTheStory()
    const before = await incidentsOf(data)
    const id = await containedIn(data)
    const console = await open(data)
    await countersign(['extend', id, '--hours', '2', '--reason', 'asking', '--yes', '--data', data])
    expect(await console.end('SIGKILL')).toBe('SIGKILL')
    expect(existsSync(ownerOf(data).socket)).toBe(true)
    expect(await incidentsOf(data)).toEqual(before)
    const verified = await countersign(['changes', 'verify', '--data', data])
    expect(`${verified.code} ${verified.err}`).toBe('0 ')
    expect((await countersign(['incidents', 'show', id, '--data', data])).out).toMatch(/extension .* contained → until /)
  })

  it('in the middle of a story leaves what it wrote whole', async () => {
    const data = join(folder, 'cut-short')
    const child = execFile(process.execPath, [join(import.meta.dirname, '../../local/countersign.ts'), 'start', '--once', '--data', data])
    const ended = new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)))
    while (child.exitCode === null && bytesIn(join(data, 'dynamodb')) < 300_000) await new Promise(setImmediate)
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    const verified = await countersign(['changes', 'verify', '--data', data])
    expect(`${verified.code} ${verified.err}`).toBe('0 ')
    expect((await countersign(['start', '--once', '--data', data])).code).toBe(0)
  })

  it('is not mistaken for a process that has its number by now', async () => {
    const data = ofTheStory()
    plant(data, { pid: process.pid, started: '1' })
    expect((await incidentsOf(data)).length).toBeGreaterThan(0)
    const self = await processNamed(process.pid)
    plant(data, { pid: process.pid, started: self?.started ?? '' })
    const { code, err } = await countersign(['incidents', '--data', data])
    expect(code).toBe(4)
    expect(err).toContain(`process ${process.pid}`)
  })
})

describe('a lock file that somebody planted', () => {
  it('leads to no socket in a folder that others can write in', async () => {
    const data = ofTheStory()
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere)
    chmodSync(elsewhere, 0o777)
    const stranger = await listening(join(elsewhere, 'a.sock'))
    const self = await processNamed(process.pid)
    plant(data, { pid: process.pid, started: self?.started ?? '', socket: join(elsewhere, 'a.sock') })
    const { code, err } = await countersign(['incidents', '--data', data])
    expect(code).toBe(1)
    expect(err).toMatch(ONE_LINE)
    expect(err).toContain('other users may have put it there')
    expect(stranger.calls()).toBe(0)
    await stranger.close()
  })

  it('leads to nobody who does not know what the lock says', async () => {
    const data = ofTheStory()
    const stranger = await listening(join(data, 'owner.sock'))
    const self = await processNamed(process.pid)
    plant(data, { pid: process.pid, started: self?.started ?? '', socket: join(data, 'owner.sock') })
    const { code, err } = await countersign(['incidents', '--data', data])
    expect(code).toBe(1)
    expect(err).toContain('what listens there is not the process of the lock file')
    await stranger.close()
  })

  it('is refused where it is a link, a pipe, open to others or no lock at all', async () => {
    const kinds: Record<string, (file: string) => unknown> = {
      link: (file) => symlinkSync(join(story, 'account.json'), file),
      open: (file) => writeFileSync(file, '{}', { mode: 0o644 }),
      empty: (file) => writeFileSync(file, '', { mode: 0o600 }),
      text: (file) => writeFileSync(file, 'not JSON', { mode: 0o600 }),
      newer: (file) => writeFileSync(file, JSON.stringify({ ...ownerOf(story), v: 2 }), { mode: 0o600 }),
      pipe: (file) => execFileSync('mkfifo', ['-m', '600', file]),
    }
    for (const [kind, put] of Object.entries(kinds)) {
      const data = ofTheStory()
      const file = lockOf(data)
      rmSync(file)
      put(file)
      const { code, err } = await countersign(['incidents', '--data', data])
      expect(code, kind).toBe(1)
      expect(err).toMatch(ONE_LINE)
      expect(err, kind).toContain(`${file} is not used`)
    }
  })

  it('does not bind a copy of the folder to the account that it was copied from', async () => {
    const data = ofTheStory()
    await open(data)
    const copy = join(folder, 'copied-while-open')
    copyStory(copy, data)
    const id = await containedIn(data)
    await countersign(['release', id, '--reason', 'a drill', '--yes', '--data', copy])
    expect((await incidentsOf(copy)).find((one) => one.id === id)?.state).toBe('released')
    expect(await containedIn(data)).toBe(id)
  })
})

describe('where the account cannot be opened', () => {
  it('one line says so: the database is damaged', async () => {
    const data = ofTheStory()
    writeFileSync(join(data, 'dynamodb', 'CURRENT'), 'MANIFEST-nothing\n')
    const { code, err } = await countersign(['incidents', '--data', data])
    expect(code).toBe(1)
    expect(err).toMatch(ONE_LINE)
    expect(err).toContain('cannot be opened')
    expect(err).toContain('[store.unavailable]')
  })

  it('a folder with a long path has its socket in a folder of its own, as closed as the first', async () => {
    const data = join(folder, 'a'.repeat(120))
    copyStory(data)
    const console = await open(data)
    const { socket } = ownerOf(data)
    expect(Buffer.byteLength(socket)).toBeLessThan(104)
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700)
    expect((await incidentsOf(data)).length).toBeGreaterThan(0)
    await console.end('SIGINT')
    expect(existsSync(join(socket, '..'))).toBe(false)
  })
})

describe('a process', () => {
  it('has one start while it runs, and none afterwards', async () => {
    for (const platform of isLinux ? (['linux', 'darwin'] as const) : ([process.platform] as const)) {
      const run = promisify(execFile)(process.execPath, ['-e', 'process.stdin.resume()'])
      const pid = run.child.pid ?? 0
      const name = await processNamed(pid, platform)
      expect(name).toEqual(await processNamed(pid, platform))
      expect(name?.started).not.toBe('')
      run.child.kill('SIGKILL')
      await run.catch(() => {})
      expect(await processNamed(pid, platform)).toBeUndefined()
    }
  })
})

/** The status of the key that leaked, in the account's IAM as it is stored. */
function keyOf(data: string): string | undefined {
  const { AccessKeys } = JSON.parse(readFileSync(join(data, 'account.json'), 'utf8')) as {
    AccessKeys: { UserName: string; Status: string }[]
  }
  return AccessKeys.find(({ UserName }) => UserName === 'ci-deploy')?.Status
}

/** What in a folder lets anybody but its owner in. The database makes files while it is open, in a folder that is closed. */
function openIn(data: string, { isWhole }: { isWhole: boolean }): string[] {
  const names = ['', ...readdirSync(data, { recursive: true, encoding: 'utf8' })].filter((name) => isWhole || !name.startsWith('dynamodb/'))
  expect(names.length).toBeGreaterThan(3)
  return names.filter((name) => (statSync(join(data, name)).mode & 0o077) !== 0)
}

/** Lists, reads and connects as one user or another, and says how that ended. */
const TRY = `
const fs = require('node:fs'), net = require('node:net')
const [, data, socket, user] = process.argv
if (user === 'nobody') { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}) }
const tried = (run) => { try { run(); return 'done' } catch (cause) { return cause.code } }
const list = tried(() => fs.readdirSync(data))
const read = tried(() => fs.readFileSync(data + '/account.json'))
const end = (connect) => { process.stdout.write(JSON.stringify({ list, read, connect })); process.exit() }
net.connect(socket).on('connect', () => end('done')).on('error', ({ code }) => end(code))
`

async function listening(socket: string): Promise<{ calls(): number; close(): Promise<void> }> {
  let calls = 0
  const server = createServer((_, response) => {
    calls++
    response.end(`${JSON.stringify({ id: randomUUID(), console: null })}\n`)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    calls: () => calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function bytesIn(database: string): number {
  if (!existsSync(database)) return 0
  return readdirSync(database).reduce((sum, name) => sum + (statSync(join(database, name), { throwIfNoEntry: false })?.size ?? 0), 0)
}
