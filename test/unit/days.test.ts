import { describe, expect, it } from 'vitest'
import { Labelled } from '../../local/evaluate/labelled.ts'
import { drawSome } from '../../local/synthetic/days/draw.ts'
import type { Kind } from '../../local/synthetic/days/kind.ts'
import { KINDS } from '../../local/synthetic/days/kinds.ts'
import type { Step } from '../../local/synthetic/days/step.ts'
import { type DayLine, SOURCES, synthesiseDays } from '../../local/synthetic/days/synthesise-days.ts'
import { randomOf } from '../../local/synthetic/random.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const DAY = 86_400_000
const SEEDS = [1, 2]
const bySeed = SEEDS.map((seed) => ({ seed, lines: [...synthesiseDays(seed)] }))
const [first = [], second = []] = bySeed.map(({ lines }) => lines)
const casesOf = (lines: readonly DayLine[]) => Map.groupBy(lines, ({ source, case: name }) => `${source}/${name}`)
const timesOf = (lines: readonly DayLine[]) => lines.map(({ event }) => Date.parse(String(event.eventTime)))
const identityOf = ({ event }: DayLine) => event.userIdentity as Readonly<Record<string, unknown>>
/** The user or the role that called. */
const ownerOf = (line: DayLine | undefined) => {
  const { arn, sessionContext } = line === undefined ? {} : identityOf(line)
  return (sessionContext as { sessionIssuer?: { arn: string } } | undefined)?.sessionIssuer?.arn ?? arn
}
const kindNamed = (name: string) => KINDS.find((kind) => kind.name === name) as Kind

describe('the kinds of days', () => {
  it('are at least 20 benign and 15 malicious ones, no name twice', () => {
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length)
    expect(KINDS.filter(({ label }) => label === 'benign').length).toBeGreaterThanOrEqual(20)
    expect(KINDS.filter(({ label }) => label === 'malicious').length).toBeGreaterThanOrEqual(15)
  })

  it('are each written without and with weeks of history', () => {
    expect(new Set(first.map(({ source }) => source))).toEqual(new Set(SOURCES))
    expect(casesOf(first).size).toBe(KINDS.length * 2)
  })

  it('have a technique where they are malicious, and nothing irreversible where they are not', () => {
    for (const { name, label, technique, isIrreversible } of KINDS) {
      expect(technique !== undefined, name).toBe(label === 'malicious')
      if (label === 'benign') expect(isIrreversible, name).toBeUndefined()
    }
  })
})

describe.each(bySeed)('the days of seed $seed', ({ lines }) => {
  const cases = [...casesOf(lines)]

  it('are labelled records that eval reads', () => {
    expect(lines.filter((line) => !Labelled.safeParse(JSON.parse(JSON.stringify(line))).success)).toEqual([])
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length)
    expect(new Set(lines.map(({ event }) => event.eventID)).size).toBe(lines.length)
  })

  it('are read by sense without a complaint, each as a call of a known identity', () => {
    const unknown = lines.filter(({ event }) => {
      const read = normalise(event)
      return (
        read.kind !== 'signals' || read.signals.some(({ identity, account }) => identity.kind === 'unknown' || !/^\d{12}$/.test(account))
      )
    })
    expect(unknown).toEqual([])
  })

  it('are in the order of time in each case', () => {
    for (const [name, those] of cases) {
      const times = timesOf(those)
      expect(times, name).toEqual(times.toSorted((a, b) => a - b))
    }
  })

  it('have weeks behind them with a history, and no more than the days of the case without', () => {
    for (const [name, those] of cases) {
      const times = timesOf(those)
      const days = ((times.at(-1) as number) - (times[0] as number)) / DAY
      const { days: own = 1, label } = kindNamed(those[0]?.case ?? '')
      if (name.includes('-history/')) expect(days, name).toBeGreaterThan(12)
      // After an intrusion there is the next working day, up to three days later.
      else expect(days, name).toBeLessThan(own + (label === 'malicious' ? 3 : 0.5))
    }
  })

  it('are benign throughout, or have an intruder, after whose first call the work of others goes on', () => {
    for (const [name, those] of cases) {
      const at = those.findIndex((line) => line.label === 'malicious')
      if (kindNamed(those[0]?.case ?? '').label === 'benign') expect(at, name).toBe(-1)
      else {
        expect(those.filter((line) => line.label === 'malicious').length, name).toBeGreaterThanOrEqual(4)
        expect(those.slice(at).filter((line) => line.label === 'benign').length, name).toBeGreaterThanOrEqual(4)
      }
    }
  })

  it('have the owner of the stolen credential at work after the intruder in most malicious cases with a history', () => {
    const owned = cases.filter(([name, those]) => {
      const at = those.findIndex((line) => line.label === 'malicious')
      return (
        name.includes('malicious-history') &&
        those.slice(at).some((line) => line.label === 'benign' && ownerOf(line) === ownerOf(those[at]))
      )
    })
    expect(owned.length).toBeGreaterThanOrEqual(KINDS.filter(({ label }) => label === 'malicious').length * 0.7)
  })

  it('mark one call as the first irreversible one exactly where a kind has some, a malicious one that succeeded', () => {
    for (const [name, those] of cases) {
      const marked = those.filter(({ irreversible }) => irreversible)
      expect(marked.length, name).toBe(kindNamed(those[0]?.case ?? '').isIrreversible ? 1 : 0)
      for (const { label, event } of marked) expect([label, event.errorCode], name).toEqual(['malicious', undefined])
    }
  })

  it('have identities of every kind', () => {
    const types = new Set(lines.map((line) => identityOf(line).type))
    expect(types).toEqual(new Set(['IAMUser', 'AssumedRole', 'Root', 'AWSService', 'WebIdentityUser', 'AWSAccount', 'FederatedUser']))
    const context = (line: DayLine) => identityOf(line).sessionContext as Readonly<Record<string, unknown>> | undefined
    expect(lines.some((line) => identityOf(line).inScopeOf !== undefined)).toBe(true)
    expect(lines.some((line) => context(line)?.ec2RoleDelivery !== undefined)).toBe(true)
    expect(lines.some((line) => context(line)?.webIdFederationData !== undefined)).toBe(true)
    expect(lines.some((line) => identityOf(line).onBehalfOf !== undefined)).toBe(true)
  })

  it('have refusals of every form in benign cases too', () => {
    const codes = new Set(lines.filter(({ label }) => label === 'benign').map(({ event }) => event.errorCode))
    for (const code of ['AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation']) expect(codes).toContain(code)
    expect(lines.some(({ event }) => String(event.errorMessage).includes('service control policy'))).toBe(true)
  })

  it('have throttled calls, further pages, several regions and weekends', () => {
    const codes = new Set(lines.map(({ event }) => event.errorCode))
    for (const code of ['ThrottlingException', 'Client.RequestLimitExceeded']) expect(codes).toContain(code)
    const requests = lines.map(({ event }) => Object.keys(event.requestParameters ?? {}))
    expect(requests.some((names) => names.includes('marker')) && requests.some((names) => names.includes('nextToken'))).toBe(true)
    expect(new Set(lines.map(({ event }) => event.awsRegion)).size).toBeGreaterThan(6)
    expect(new Set(timesOf(lines).map((time) => new Date(time).getUTCDay())).size).toBe(7)
  })

  it('use one account and no domain but those of the documentation', () => {
    const text = JSON.stringify(lines)
    const accounts = new Set(text.match(/(?<=arn:aws:[a-z0-9-]+:[a-z0-9-]*:)\d{12}/g))
    expect([...accounts].toSorted()).toEqual(['123456789012', '999988887777'])
    expect([...new Set(text.match(/@[a-z0-9.-]+\.[a-z]+/g))].toSorted()).toEqual(['@example.com', '@example.org'])
  })
})

describe('the seed', () => {
  it('decides: the same gives the same days', () => {
    const some = KINDS.filter((_, at) => at % 7 === 0)
    expect([...synthesiseDays(9, some)]).toEqual([...synthesiseDays(9, some)])
  })

  it('gives a kind the same days alone as among others', () => {
    const alone = [...synthesiseDays(1, [kindNamed('models-abused')])]
    expect(alone).toEqual(first.filter((line) => line.case === 'models-abused'))
  })

  it('changes names, sizes, addresses and times', () => {
    const [one, other] = [casesOf(first), casesOf(second)]
    const isSame = (of: (lines: readonly DayLine[]) => unknown) =>
      [...one].filter(([name, lines]) => JSON.stringify(of(lines)) === JSON.stringify(of(other.get(name) ?? []))).map(([name]) => name)
    expect(isSame((lines) => lines.map(({ event }) => event.sourceIPAddress))).toEqual([])
    expect(isSame((lines) => lines.map((line) => identityOf(line).arn))).toEqual([])
    expect(isSame(timesOf)).toEqual([])
    // Two days of a kind may have as many calls by chance.
    expect(isSame((lines) => lines.length).length).toBeLessThan(KINDS.length / 3)
  })

  it('has no key id and no name of a person in common between cases with a history and those without', () => {
    const keys = (variant: string) =>
      new Set(first.filter(({ source }) => source.endsWith(variant)).map((line) => identityOf(line).accessKeyId))
    const [without, withHistory] = [keys('-nohistory'), keys('-history')]
    expect([...without].filter((key) => key !== undefined && withHistory.has(key))).toEqual([])
  })
})

describe('a draw', () => {
  it('takes each value once, in another order', () => {
    const steps: Step[] = [['sts:GetCallerIdentity'], ['s3:ListBuckets'], ['ec2:DescribeVpcs'], ['iam:ListUsers']]
    const drawn = drawSome(randomOf(3), steps)
    expect(drawn).not.toEqual(steps)
    expect(drawn.toSorted()).toEqual(steps.toSorted())
    expect(drawSome(randomOf(3), steps, 2).length).toBe(2)
  })
})
