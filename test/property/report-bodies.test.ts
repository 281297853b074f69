import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExposureReport, RuntimeAlert } from '../../shared/domain/exposure-report.ts'
import { REPORT_PARTIES, type ReportParty } from '../../shared/domain/report-party.ts'
import { falco } from '../../shared/sense/intake/falco.ts'
import { safeUrl, withoutSecrets } from '../../shared/sense/intake/forget-secrets.ts'
import { gitguardian } from '../../shared/sense/intake/gitguardian.ts'
import { github } from '../../shared/sense/intake/github.ts'
import { gitlab } from '../../shared/sense/intake/gitlab.ts'
import { jira } from '../../shared/sense/intake/jira.ts'
import { linear } from '../../shared/sense/intake/linear.ts'
import type { Party, Reading } from '../../shared/sense/intake/party.ts'
import { signedForm } from '../../shared/sense/intake/signed-form.ts'
import { BODIES, SECRET_KEY } from '../reports.ts'

const NOW = Date.parse('2026-03-02T12:00:00.000Z')

const PARTIES: Readonly<Record<ReportParty, Party>> = {
  github,
  gitlab: gitlab('signature'),
  gitguardian,
  jira,
  linear,
  falco,
  webhook: signedForm,
}

const HEADERS = { 'x-github-event': 'secret_scanning_alert' }

/** Values that a member of a body may have that its party would not send: of other types, and texts with a secret in them. */
const other = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, -1, 1.5, 1e300, '', [], {}, '__proto__', 'constructor', { toString: 1 }),
  fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 })).map(([before, behind]) => `${before} ${SECRET_KEY} ${behind}`),
  fc.constantFrom(
    `a/${SECRET_KEY}.env`,
    `https://example.com/?x=${encodeURIComponent(SECRET_KEY)}`,
    `https://example.com/${SECRET_KEY}`,
    `${SECRET_KEY}${SECRET_KEY}`,
  ),
)

/** The paths of all members of a body. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  const here = path.length === 0 ? [] : [[...path]]
  if (typeof value !== 'object' || value === null) return here
  return [...here, ...Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...path, key]))]
}

/** A copy of a body in which the members at these paths are others, or gone. */
function changed(body: object, changes: readonly (readonly [readonly string[], unknown])[]): unknown {
  const copy = structuredClone(body)
  for (const [path, drawn] of changes) {
    // One drawn value may stand at two paths, of which the second is inside the first.
    const value = structuredClone(drawn)
    const key = path.at(-1) ?? ''
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, one) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[one] : undefined), copy)
    if (typeof parent !== 'object' || parent === null) continue
    if (value === undefined) delete (parent as Record<string, unknown>)[key]
    else (parent as Record<string, unknown>)[key] = value
  }
  return copy
}

function expectSafe(reading: Reading): void {
  if (reading.kind !== 'ignored') expect(JSON.stringify(reading)).not.toContain(SECRET_KEY)
  if (reading.kind !== 'reports') return
  for (const report of reading.reports) {
    const schema = 'rule' in report ? RuntimeAlert : ExposureReport
    expect(schema.parse(report)).toEqual(report)
    expect(report.seenAt).toBeLessThanOrEqual(NOW)
  }
}

describe('the body of an authentic delivery', () => {
  it.each(REPORT_PARTIES.map((party) => [party] as const))(
    'of %s is read without an error and without a secret, whatever stands in its members',
    (party) => {
      const body = BODIES[party](NOW)
      const paths = pathsIn(body)
      const change = fc.tuple(fc.constantFrom(...paths), fc.oneof(other, fc.constant(undefined)))
      const kinds = new Set<string>()
      fc.assert(
        fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
          const reading = PARTIES[party].read(changed(body, changes), { headers: HEADERS, now: NOW })
          kinds.add(reading.kind)
          expectSafe(reading)
        }),
        { numRuns: 400 },
      )
      expect(kinds.size).toBeGreaterThan(1)
    },
  )

  it.each(REPORT_PARTIES.map((party) => [party] as const))('of %s may be any JSON at all', (party) => {
    fc.assert(fc.property(fc.jsonValue(), (body) => expectSafe(PARTIES[party].read(body, { headers: HEADERS, now: NOW }))))
  })
})

describe('a text that is handed on', () => {
  it('has no secret in it, wherever one stood, and stays as it is where none did', () => {
    const plain = fc.stringMatching(/^[a-z .:,_-]{0,60}$/)
    fc.assert(
      fc.property(plain, plain, fc.constantFrom('', '/', '=', ' ', '"'), (before, behind, beside) => {
        expect(withoutSecrets(`${before}${beside}${SECRET_KEY}${beside}${behind}`, 512)).not.toContain(SECRET_KEY)
        expect(withoutSecrets(`${before}${behind}`, 512)).toBe(`${before}${behind}`)
      }),
    )
  })

  it('is an address only where it is one by https without a name, a password or a secret', () => {
    expect(safeUrl('https://example.com/a?b=c#d')).toBe('https://example.com/a?b=c#d')
    for (const text of [
      'http://example.com',
      'https://u:p@example.com',
      'https://u@example.com',
      'javascript:alert(1)',
      `https://example.com/${'x'.repeat(1024)}`,
      'no',
      1,
      null,
      undefined,
      `https://example.com/#${SECRET_KEY}`,
    ])
      expect(safeUrl(text)).toBeUndefined()
  })

  it('is no address where a secret is encoded in it, however often', () => {
    const secret = `${SECRET_KEY.slice(0, 18)}/+${SECRET_KEY.slice(20)}`
    for (let [times, text] = [0, secret]; times < 8; times++, text = encodeURIComponent(text)) {
      expect(safeUrl(`https://example.com/?to=${text}`), text).toBeUndefined()
      expect(safeUrl(`https://example.com/?to=%FF${text.replaceAll('A', '%41')}`), text).toBeUndefined()
    }
    expect(safeUrl('https://example.com/100%25?to=%E2%82%AC%2F')).toBe('https://example.com/100%25?to=%E2%82%AC%2F')
  })
})
