import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { countersign, folder, layAccount, lines } from './run-cli.ts'

const data = join(folder, 'account')
const on = ['--data', data]

interface Listed {
  readonly id: string
  readonly state: string
  readonly identity: { readonly id: string; readonly name: string }
}

let story: string
let incident: Listed
beforeAll(async () => {
  story = await layAccount(data)
  const listed = await countersign(['incidents', '--json', ...on])
  incident = lines<Listed>(listed.out).find(({ state, identity }) => state === 'contained' && identity.name === 'ci-deploy') as Listed
})

describe('start', () => {
  it('tells who, why, what was contained, how fast, what was refused and what waits', () => {
    expect(story).toContain('ci-deploy')
    expect(story).toMatch(/2 min after the deciding event/)
    expect(story).toMatch(/What it stopped: [1-9]\d* of 36 calls of the intruder;/)
    // The key is switched off half a minute after the restriction: what follows leaves no record.
    const [, shown = '', all = ''] = story.match(/CloudTrail shows (\d+) of the (\d+): a call with a key/) ?? []
    expect(Number(shown)).toBeLessThan(Number(all))
    expect(story).toContain(`Refused: ${shown} calls after the restriction`)
    // A leak in a ticket asks; the first use, 40 seconds later, restricts; what GuardDuty says five minutes later finds it contained: one incident.
    const [, second = ''] = story.split('A second story')
    const said = ['Jira: the id and its secret were seen', '→ people are asked', 'first call: sts:GetCallerIdentity from', '→ restricted']
    const order = [
      ...said,
      '→ contained',
      'GuardDuty: UnauthorizedAccess:IAMUser/TorIPCaller',
      'first call with findings 40 s after it was seen',
    ]
    expect(order.map((words) => second.indexOf(words))).toEqual(order.map((words) => second.indexOf(words)).toSorted((a, b) => a - b))
    for (const words of order) expect(second).toContain(words)
    expect(second).toMatch(/and [1-9]\d* were refused by what was set/)
    expect(story).toMatch(/What it cost: [1-9]\d* calls of the key's owner/)
    expect(story).toMatch(/confirm +npm run --silent countersign -- confirm inc-\w+ --data \S+ --reason "…"/)
    expect(story).toMatch(/release +npm run --silent countersign -- release inc-\w+ --data \S+ --reason "…"/)
  })
})

describe('the month of the story', () => {
  interface Kept extends Listed {
    readonly openedAt: number
    readonly decision: { readonly action: string }
    readonly decidedBy: { readonly time: number }
    readonly updatedAt: number
    readonly verdict?: { readonly by: string; readonly kind: string; readonly reason: string }
  }
  const listed = async () => lines<Kept>((await countersign(['incidents', 'list', '--all', '--json', ...on])).out)

  it('leaves nothing that asks unanswered and nothing restricted: a person of the story released each, with a reason, as one line tells', async () => {
    const all = await listed()
    const lastDay = Math.max(...all.map(({ openedAt }) => openedAt)) - 86_400_000
    const ofMonth = all.filter(({ openedAt, decision }) => openedAt < lastDay && decision.action !== 'notify')
    expect(ofMonth.length).toBeGreaterThan(0)
    const [, count = '', told = ''] =
      story.match(/^In these 30 days (\d+) incidents? asked, and ben released (?:it|each) with a reason: (.*)$/m) ?? []
    expect(Number(count)).toBe(ofMonth.length)
    for (const { id, state, verdict } of ofMonth) {
      expect([id, state, verdict?.by, verdict?.kind]).toEqual([id, 'released', 'local:ben', 'legitimate'])
      expect(told).toContain(id)
      expect(told).toContain(verdict?.reason)
    }
  })

  it('is swept as the schedule of a stack does it, and leaves nothing open beyond its time', async () => {
    const all = await listed()
    const latest = Math.max(...all.map(({ updatedAt }) => updatedAt))
    const waits = all.filter(({ state }) => state === 'asking' || state === 'restricted' || state === 'contained')
    for (const { id, decidedBy } of waits) expect([id, latest - decidedBy.time < 168 * 3_600_000]).toEqual([id, true])
    expect((await countersign(['changes', 'export', ...on])).out).toContain('"actor":"countersign:sweep"')
  })
})

describe('the two stories', () => {
  interface Shown {
    readonly incident: Listed & { readonly restrictedAt: number }
    readonly signals: readonly {
      readonly time: number
      readonly outcome: string
      readonly action: string
      readonly address: string
      readonly reportedBy?: string
    }[]
  }
  const shownOf = async (name: string) => {
    const all = lines<Listed>((await countersign(['incidents', '--json', ...on])).out)
    const { id } = all.find(({ identity }) => identity.name === name) as Listed
    const [whole] = lines<Shown>((await countersign(['incidents', 'show', id, '--json', ...on])).out)
    return { whole: whole as Shown, text: (await countersign(['incidents', 'show', id, ...on])).out }
  }

  it.each([
    ['ci-deploy', '146.70.52.'],
    ['ci-release', '185.220.101.'],
  ])(
    'of %s have no call of the intruder that succeeds once it is restricted, and one count of refusals everywhere',
    async (name, network) => {
      const { whole, text } = await shownOf(name)
      const { incident, signals } = whole
      expect(incident.state).toBe('contained')
      const later = signals.filter(
        ({ time, address, reportedBy }) => reportedBy === undefined && time > incident.restrictedAt && address.startsWith(network),
      )
      expect(later.length).toBeGreaterThan(0)
      expect(later.filter(({ outcome, action }) => outcome !== 'denied' && action !== 'sts:GetCallerIdentity')).toEqual([])
      const [, refused] = text.match(/Refused: (\d+) calls? after the restriction/) ?? []
      expect(Number(refused)).toBe(later.length)
      const part = name === 'ci-release' ? story.split('A second story')[1] : story.split('What it stopped')[1]
      expect(part?.match(/CloudTrail shows (\d+) of the \d+:/)?.[1]).toBe(refused)
    },
  )

  it('the second one says what became of each of its calls', async () => {
    const [, ...counts] =
      story.match(/of its (\d+) calls (\d+) succeeded, (\d+) the key had no right to, and (\d+) were refused by what was set/) ?? []
    const [all = 0, succeeded = 0, withoutRight = 0, refused = 0] = counts.map(Number)
    expect(all).toBe(12)
    expect(succeeded + withoutRight + refused).toBe(all)
    expect(refused).toBeGreaterThan(0)
    const { text } = await shownOf('ci-release')
    expect(text).toContain(`${succeeded} calls with findings succeeded`)
    expect(text).toContain(`after the restriction and ${withoutRight} before that`)
  })

  it('the first one says whose the sessions are that ended', async () => {
    const { text } = await shownOf('ci-deploy')
    const [, ended = ''] = text.match(/What it costs the owner: (\d+) sessions? issued before the first finding ended too/) ?? []
    expect(text.match(/, before the first finding$/gm)).toHaveLength(Number(ended))
  })

  it('the points of the second add up to the risk of its decision, or the line below them says why not', async () => {
    const { text } = await shownOf('ci-release')
    expect(text).toContain('; counted without secret-disclosed, with which the risk is ')
    expect(text).toMatch(/These points add up to [\d.]+, not to the [\d.]+ of the decision: it is counted without secret-disclosed: /)
  })
})

describe('incidents, on the folder that the story left', () => {
  it('lists the contained one first, and shows it whole', async () => {
    expect(incident.identity.name).toBe('ci-deploy')
    const shown = await countersign(['incidents', 'show', incident.id, ...on])
    expect(shown.code).toBe(0)
    for (const word of ['ci-deploy', 'new-country', 'Active → Inactive', 'absent → deny all']) expect(shown.out).toContain(word)
    const [whole] = lines<{ incident: Listed; signals: unknown[]; changes: unknown[] }>(
      (await countersign(['incidents', 'show', incident.id, '--json', ...on])).out,
    )
    expect(whole?.incident.id).toBe(incident.id)
    expect(whole?.signals.length).toBeGreaterThan(10)
    expect(whole?.changes.length).toBeGreaterThan(3)
  })

  it('says once in each output that its times are by the clock of the story', async () => {
    const note = /by the story's clock: its last day ended at the full hour before `start`/g
    expect(story.match(note)).toHaveLength(1)
    for (const words of [['incidents'], ['incidents', 'show', incident.id], ['explain', incident.id]])
      expect([words, (await countersign([...words, ...on])).out.match(note)?.length]).toEqual([words, 1])
  })

  it('says plainly where there is no such incident', async () => {
    const { code, err } = await countersign(['incidents', 'show', 'nothing', ...on])
    expect(code).not.toBe(0)
    expect(err).toContain('nothing')
  })
})

describe('baseline', () => {
  it('explains what is normal for an identity', async () => {
    const { code, out } = await countersign(['baseline', 'show', incident.identity.id, ...on])
    expect(code).toBe(0)
    expect(out).toContain('mature')
    expect(out).toMatch(/country\s+US ×/)
  })

  it('takes a value as expected, says so in the record, and refuses what is no feature', async () => {
    const expected = await countersign([
      'baseline',
      'expect',
      incident.identity.id,
      '--value',
      'country=NL',
      '--reason',
      'the new build farm',
      '--yes',
      ...on,
    ])
    expect(expected.code).toBe(0)
    const shown = lines<{ expected: string[] }>((await countersign(['baseline', 'show', incident.identity.id, '--json', ...on])).out)
    expect(shown[0]?.expected).toEqual(['country=NL'])
    const wrong = await countersign(['baseline', 'expect', incident.identity.id, '--value', 'colour=red', '--reason', 'x', '--yes', ...on])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('feature=value')
  })

  it('takes the name of an identity that only one has, and writes its ARN into the record', async () => {
    const words = ['--value', 'country=DE', '--reason', 'a new office', '--yes', ...on]
    const { code, out } = await countersign(['baseline', 'expect', incident.identity.name, ...words])
    expect([code, out]).toEqual([0, `country=DE is expected of ${incident.identity.id} from now on.\n`])
    const entries = lines<{ target: string; to: unknown }>((await countersign(['changes', 'export', ...on])).out)
    expect(entries.filter(({ to }) => to === 'country=DE').map(({ target }) => target)).toEqual([`baseline:${incident.identity.id}`])
    const unknown = await countersign(['baseline', 'expect', 'nobody', ...words])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('no identity with the name nobody is known')])
  })

  it('says that nothing is known of an identity it never saw', async () => {
    const { code, err } = await countersign(['baseline', 'show', 'arn:aws:iam::123456789012:user/nobody', ...on])
    expect(code).toBe(2)
    expect(err).toContain('is not known in')
  })
})

describe('policy', () => {
  it('shows what is in force, and refuses a file that is no policy', async () => {
    const shown = await countersign(['policy', 'show', ...on])
    expect(shown.code).toBe(0)
    expect(shown.out).toContain('contain')
    expect((await countersign(['policy', 'check', 'policy.yaml'])).code).toBe(0)
    expect((await countersign(['policy', 'check', 'package.json'])).code).toBe(1)
  })
})

describe('extend', () => {
  it('leaves an incident as it is, and says until when nobody is reminded', async () => {
    const extended = await countersign(['extend', incident.id, '--hours', '2', '--reason', 'asking the owner', '--yes', ...on])
    expect(extended.out).toMatch(/it stays contained, without reminders until \d{4}-/)
    const shown = (await countersign(['incidents', 'show', incident.id, ...on])).out
    expect(shown).toMatch(/extended +until /)
    expect(shown).toMatch(/extension .* contained → until \d{4}-\d\d-\d\d /)
    expect(shown).toMatch(/decision .* restrict → contain /)
    const long = await countersign(['extend', incident.id, '--hours', '1000', '--reason', 'x', '--yes', ...on])
    expect(long.code).toBe(2)
    expect(long.err).toContain('up to 72 hours')
  })
})

describe('release', () => {
  it('gives back what was contained, once, and every chain holds', async () => {
    const missing = await countersign(['release', incident.id, ...on])
    expect(missing.code).toBe(2)
    const released = await countersign(['release', incident.id, '--reason', 'a drill', '--yes', ...on])
    expect(released.code).toBe(0)
    expect((await countersign(['incidents', 'show', incident.id, ...on])).out).toMatch(/verdict .* contained → releasing /)
    const again = await countersign(['incidents', '--json', ...on])
    expect(lines<Listed>(again.out).map(({ id }) => id)).not.toContain(incident.id)
    const verified = await countersign(['changes', 'verify', ...on])
    expect(verified.code).toBe(0)
    expect(verified.out).toContain('checked against 0 seals')
  })
})

describe('the record', () => {
  it('is sealed, exported as it is and to OCSF, and refuses a format that it does not know', async () => {
    const sealed = await countersign(['changes', 'seal', ...on])
    expect(sealed.out).toMatch(/^Seal 1 covers \d+ chains with \d+ entries in the embedded account/)
    const again = await countersign(['changes', 'seal', '--json', ...on])
    expect(lines<{ number: number; subject: string }>(again.out)[0]).toMatchObject({ number: 2, subject: 'SEAL' })
    const entries = lines<{ subject: string }>((await countersign(['changes', 'export', ...on])).out)
    expect(entries.some(({ subject }) => subject === `INCIDENT#${incident.id}`)).toBe(true)
    const events = lines<{ class_uid: number }>((await countersign(['changes', 'export', '--format', 'ocsf', ...on])).out)
    expect(new Set(events.map(({ class_uid }) => class_uid))).toEqual(new Set([2004, 6003]))
    const wrong = await countersign(['changes', 'export', '--format', 'xml', ...on])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain("argument 'xml' is invalid. Allowed choices are ndjson, ocsf")
    expect((await countersign(['changes', 'verify', ...on])).out).toContain('intact, checked against 2 seals.')
  })

  it('says by the seals what was done to it, and to them', async () => {
    const file = join(data, 'seals', '000002.ndjson')
    const text = readFileSync(file, 'utf8')
    rmSync(file)
    const lost = await countersign(['changes', 'verify', ...on])
    expect(lost.code).toBe(1)
    expect(lost.out).toContain('SEAL: entry 2 is missing where the seals are stored')
    writeFileSync(file, text)
    const { code, out } = await countersign(['changes', 'verify', '--json', ...on])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ isWhole: true, seals: 2, faults: [] })
  })
})

describe('a database that does not close', () => {
  it('keeps neither the command nor the next one from their ends', async () => {
    // LevelDB waits for its own threads, here for good.
    const level = ['dynalite', 'level', 'classic-level'].reduce((from, name) => createRequire(from).resolve(name), import.meta.url)
    const stuck = `const { ClassicLevel } = (await import('node:module')).createRequire(${JSON.stringify(level)})(${JSON.stringify(level)}); ClassicLevel.prototype._close = () => (setInterval(() => {}, 1e6), new Promise(() => {}))`
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(stuck)}` }
    const held = await countersign(['changes', 'verify', ...on], undefined, env)
    expect([held.code, held.err]).toEqual([0, ''])
    expect(held.out).toContain('intact')
    expect((await countersign(['changes', 'verify', ...on])).code).toBe(0)
  })
})

describe('a second start', () => {
  it('keeps what people did in the first, and says where', async () => {
    const again = await countersign(['start', '--once', ...on])
    expect(again.out).toContain('is now in')
    const before = await countersign(['incidents', 'list', '--all', '--json', '--data', join(data, 'previous')])
    expect(lines<Listed>(before.out).find(({ id }) => id === incident.id)?.state).toBe('released')
    const confirmed = await countersign(['confirm', incident.id, '--reason', 'it was', '--yes', ...on])
    expect(confirmed.out).toContain('stays contained')
    const twice = await countersign(['confirm', incident.id, '--reason', 'it was', '--yes', ...on])
    expect(twice.code).toBe(1)
    expect(twice.err).toContain('is confirmed already, by ')
  })
})
