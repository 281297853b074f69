import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { countersign } from './run-cli.ts'

interface Printed {
  readonly region: string
  readonly missing: readonly string[]
  readonly detectors: readonly {
    readonly detector: string
    readonly state: string
    readonly gaps: readonly { readonly remedy?: string }[]
  }[]
}

async function printed(...words: string[]): Promise<Printed> {
  const { code, out, err } = await countersign(['doctor', '--json', ...words])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as Printed
}

describe('doctor', () => {
  it('says of every detector whether its calls are delivered, and what would deliver the rest', async () => {
    const { code, out } = await countersign(['doctor'])
    expect(code).toBe(0)
    expect(out).toMatch(/^A stack in us-east-1 with readOnlyEvents true and includeRoleSessions false: of \d+ detectors\n/)
    const [, none = ''] = out.match(/\nCannot fire\n([\s\S]*?)\n\n/) ?? []
    expect(none).toContain('launched-in-many-regions')
    expect(out).toContain('delivered by: includeRoleSessions: true')
    for (const { id } of CATALOGUE) expect(out).toContain(id)
    for (const line of out.split('\n').slice(3)) expect(line.length).toBeLessThanOrEqual(118)
  })

  it('goes by the settings and the region that are named', async () => {
    const [usual, all, elsewhere] = [
      await printed(),
      await printed('--context', '{"includeRoleSessions":true}'),
      await printed('--region', 'eu-west-1'),
    ]
    const stateOf = ({ detectors }: Printed, id: string) => detectors.find(({ detector }) => detector === id)?.state
    expect([stateOf(usual, 'new-country'), stateOf(all, 'new-country')]).toEqual(['in-part', 'delivered'])
    expect([stateOf(usual, 'user-created'), stateOf(elsewhere, 'user-created')]).toEqual(['delivered', 'not'])
    expect(usual.missing).toEqual([])
  })

  it('refuses settings that no stack has, and settings beside a stack', async () => {
    const wrong = await countersign(['doctor', '--context', '{"includeRoleSession":true}'])
    expect([wrong.code, wrong.err]).toEqual([expect.any(Number), expect.stringContaining('includeRoleSession: no such key')])
    expect(wrong.code).not.toBe(0)
    const both = await countersign(['doctor', '--context', '{}', '--stack', 'Countersign'])
    expect([both.code, both.err]).toEqual([2, expect.stringMatching(/'--stack <name>' cannot be used with option '--context <json>'/)])
  })
})
