import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { countersign, folder, layAccount, lines, type Ran } from './run-cli.ts'

const file = join(folder, 'history.json')
const policy = join(folder, 'policy.yaml')
const data = join(folder, 'kept')
const page = join(folder, 'report.html')
const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>`
const COMMAND = join(import.meta.dirname, '..', '..', 'local', 'countersign.ts')
const ENVIRONMENT = { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: inject('compileCache') }
let records: readonly object[]
let kept: Ran
beforeAll(async () => {
  const { history, lastDay } = syntheticHistory({ seed: 3, end: Date.UTC(2026, 0, 31), days: 31 })
  records = [...history, ...lastDay]
  writeFileSync(file, JSON.stringify({ Records: records }).replaceAll('support-ops', JSON.stringify(HOSTILE).slice(1, -1)))
  writeFileSync(policy, 'version: 3\nmode: contain\n')
  kept = await countersign(['replay', file, '--policy', policy, '--data', data, '--out', page])
})

interface Line {
  readonly type: string
  readonly id?: string
  readonly [key: string]: unknown
}

/** What does not depend on the speed of the machine. */
const untimed = (out: string) => out.replace(/,"seconds":[\d.]+/, '')

describe('replay --data', () => {
  const on = ['--data', data]

  it('keeps the incidents, which other commands open, and says that verdicts there change nothing in AWS', async () => {
    expect(kept.code).toBe(0)
    expect(kept.out).toContain(`incidents --data ${data}\` lists the incidents`)
    const note = 'This account is a replayed log: verdicts here change nothing in AWS.'
    const listed = await countersign(['incidents', ...on])
    expect(listed.out).toMatch(/inc-\w+ +contained .* ci-deploy /)
    const id = /inc-\w+(?= +contained)/.exec(listed.out)?.[0] ?? ''
    const shown = await countersign(['incidents', 'show', id, ...on])
    expect(shown.out).toMatch(/every step is in place/)
    const explained = await countersign(['explain', id, ...on])
    for (const { code, out } of [kept, listed, shown, explained]) expect([code, out]).toEqual([0, expect.stringContaining(note)])
    const asked = await countersign(['release', id, '--reason', 'x', ...on])
    expect(asked.err).toContain(`${id} in the replayed account in ${data}`)
    expect(asked.err).toContain(note)
    const released = await countersign(['release', id, '--reason', 'a drill', '--yes', ...on])
    expect(released.code).toBe(0)
    expect((await countersign(['incidents', ...on])).out).not.toContain(id)
  })

  it('is served by the console with the same words on each page, and no question of an old log expires there', async () => {
    const listed = async () => lines<Line>((await countersign(['incidents', '--json', ...on])).out).map(({ id, state }) => `${id} ${state}`)
    const before = await listed()
    const served = spawn(process.execPath, [COMMAND, 'console', ...on], { env: ENVIRONMENT })
    let said = ''
    for await (const text of served.stdout) {
      said += text
      if (/127\.0\.0\.1\S+\n/.test(said)) break
    }
    const address = /http:\/\/127\.0\.0\.1\S+/.exec(said)?.[0] ?? ''
    const front = await (await fetch(address)).text()
    served.kill('SIGTERM')
    await once(served, 'exit')
    expect(front).toContain('verdicts here change nothing in AWS')
    // Where nobody answers, both end in a deployed stack.
    expect(before.filter((one) => / (asking|restricted)$/.test(one))).not.toEqual([])
    expect(await listed()).toEqual(before)
  })

  it('finds what a replay in memory finds, with the same output for programs', async () => {
    const [memory, again] = await Promise.all([
      countersign(['replay', file, '--policy', policy, '--json']),
      countersign(['replay', file, '--policy', policy, '--json', '--data', join(folder, 'kept-again')]),
    ])
    expect([memory.code, again.code]).toEqual([0, 0])
    expect(untimed(again.out)).toBe(untimed(memory.out))
    expect(lines<Line>(memory.out).some(({ state }) => state === 'contained')).toBe(true)
  })

  it('does not take the place of an account, be it of start or of another replay', async () => {
    const story = join(folder, 'story')
    await layAccount(story)
    for (const there of [story, data]) {
      const before = readFileSync(join(there, 'account.json'), 'utf8')
      const { code, err, out } = await countersign(['replay', file, '--data', there])
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain(`${there} has an account already, which a replay does not replace; name another folder with --data [usage]`)
      expect(readFileSync(join(there, 'account.json'), 'utf8')).toBe(before)
    }
  })
})

describe('replay --out', () => {
  it('writes one page with each incident and its timeline, in which nothing of the log is markup', () => {
    const text = readFileSync(page, 'utf8')
    expect(text).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"`)
    expect(text).not.toMatch(/<img|<script|<link|src=["']|url\(|https?:\/\//)
    expect(text).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;')
    const kinds = { Who: '', Would: 'word', 'When (UTC)': 'time', 'First reason': 'wide' }
    for (const [name, kind] of Object.entries(kinds)) expect(text).toContain(`<th scope="col" class="${kind}">${name}</th>`)
    const ids = [...text.matchAll(/<a href="#(inc-\w+)">/g)].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) expect(text.split(`<section class="incident" id="${id}">`)[1]).toMatch(/^.*Timeline of findings/s)
  })

  it('says before it reads that the page cannot be written', async () => {
    const { code, err, out } = await countersign(['replay', file, '--out', join(folder, 'nowhere', 'report.html')])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('its folder is not there')
  })
})

describe('the table of a replay', () => {
  it('has a line for each incident, strongest first, and one that asks for the policies of the account', () => {
    const [, table] = /\n(WHO +WOULD +WHEN +FIRST REASON\n.*?)\n\n/s.exec(kept.out) ?? []
    const rows = table?.split('\n') ?? []
    expect(rows[1]).toMatch(/^ci-deploy +contain +2026-01-30 \d\d:\d\d:\d\d +\S.*: /)
    const strength = ['contain', 'restrict', 'ask', 'notify', 'observe']
    const would = rows.slice(1).map((row) => strength.indexOf(/ (contain|restrict|ask|notify|observe) /.exec(row)?.[1] ?? ''))
    expect(would).toEqual(would.toSorted((a, b) => a - b))
    expect(kept.out).toMatch(/policies not known of (\d+) of \1 incidents, .*: give --account FILE/)
  })
})

describe('Ctrl-C', () => {
  /** A replay in a child process, to which `interrupt` sends SIGINT once. */
  function child(args: readonly string[]) {
    const temporary = mkdtempSync(join(folder, 'temporary-'))
    const started = spawn(process.execPath, [COMMAND, 'replay', ...args], { env: { ...ENVIRONMENT, TMPDIR: temporary } })
    let out = ''
    let isSent = false
    started.stdout.on('data', (text) => {
      out += text
    })
    return {
      started,
      interrupt() {
        if (!isSent) started.kill('SIGINT')
        isSent = true
      },
      /** The temporary folders of the reader. */
      folders: () => readdirSync(temporary).filter((name) => name.startsWith('countersign-')),
      ended: once(started, 'close').then(([code]) => ({ code: code as number | null, out })),
    }
  }

  it('ends the reading of files, and what was read until then is told as partial; temporary files are removed', async () => {
    const large = join(folder, 'large.ndjson')
    const inYear = (year: number, record: object) => ({
      ...record,
      eventTime: String(year) + (record as { eventTime: string }).eventTime.slice(4),
    })
    // Not in order in itself, and more than what is held in memory.
    const years = [2017, 2016, 2015, 2014, 2013, 2012, 2011, 2010]
    writeFileSync(
      large,
      years
        .flatMap((year) => records.map((record, at) => JSON.stringify({ ...inYear(year, record), eventID: `${year}-${at}` })))
        .join('\n'),
    )
    const { started, interrupt, folders, ended } = child([large, '--json'])
    let used: string[] = []
    started.stdout.on('data', () => {
      if (used.length === 0) used = folders()
      interrupt()
    })
    const { code, out } = await ended
    const summary = lines<Line>(out).at(-1)
    expect([code, summary]).toEqual([130, expect.objectContaining({ type: 'summary', partial: true, unreadable: 0 })])
    expect(summary?.records).toBeGreaterThan(0)
    expect(summary?.records).toBeLessThan(records.length * years.length)
    expect([used.length, folders()]).toEqual([1, []])
  }, 60_000)

  it('leaves an account that can be opened also where it comes before anything was read', async () => {
    const there = join(folder, 'interrupted-early')
    mkdirSync(there)
    const { interrupt, ended } = child(['-', '--policy', policy, '--data', there])
    const watcher = watch(there, interrupt)
    const { code, out } = await ended
    watcher.close()
    expect([code, out]).toEqual([130, expect.stringContaining('partial: the reading was interrupted')])
    expect((await countersign(['incidents', '--data', there])).code).toBe(0)
  }, 60_000)

  it('ends standard input, of which everything that came is evaluated, and the account that it is kept in is whole', async () => {
    const there = join(folder, 'interrupted')
    const { started, interrupt, ended } = child(['-', '--policy', policy, '--data', there])
    const text = records.map((record) => JSON.stringify(record)).join('\n')
    // The space is more than what pipes and streams hold: where it is written, the child has read what comes before it.
    started.stdin.write(`${text}\n{"eventVersion":${' '.repeat(2 * 1024 * 1024)}`, interrupt)
    const { code, out } = await ended
    expect(code).toBe(130)
    expect(out).toContain('partial: the reading was interrupted')
    expect(out).toContain(`\n  ${records.length} records, `)
    expect((await countersign(['incidents', '--data', there])).out).toMatch(/contained .* ci-deploy /)
  }, 60_000)
})
