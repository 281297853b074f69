import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { countersign, folder, layAccount, lines } from './run-cli.ts'

const data = join(folder, 'patterns')
const on = ['--data', data]
beforeAll(() => layAccount(data))

describe('patterns', () => {
  it('are told with a release, listed, and revoked by a command that asks first and leaves a reason', async () => {
    // What a person of the story released in its month.
    expect((await countersign(['patterns', ...on])).out.match(/why {4}released by local:ben/g)).toHaveLength(3)
    const open = lines<{ id: string; state: string }>((await countersign(['incidents', '--json', ...on])).out)
    const watched = open.find(({ state }) => state === 'watching')?.id ?? 'none is watched'
    const asked = await countersign(['release', watched, '--reason', 'our own deployment', ...on])
    expect(asked.err).toContain(
      'What of it can be accepted is not asked about for 90 days, in sessions of the same names alone (release.patternDays).',
    )
    const released = (await countersign(['release', watched, '--reason', 'our own deployment', '--yes', ...on])).out
    const [id = 'none'] = /pat-[0-9a-f]{12}/.exec(released) ?? []
    expect(released).toMatch(
      /Not asked about until .*, unless revoked: function-code-changed by aws-service from cloudformation\.amazonaws\.com, on what is named by 1 name or prefix, in sessions named [\w, -]+ alone \(one of another name is asked about\)/,
    )
    expect(released).toContain(`patterns revoke ${id} --data`)
    expect((await countersign(['incidents', 'show', watched, ...on])).out).toContain(`(${id})`)

    const listed = (await countersign(['patterns', ...on])).out
    expect(listed).toMatch(new RegExp(`^${id}  until .* UTC$`, 'm'))
    expect(listed).toMatch(/what {3}function-code-changed \(lambda (api|web)-handler\)/)
    expect(listed).toMatch(/why {4}released by local:.* incident inc-/)
    const before = lines<{ id: string }>((await countersign(['patterns', '--json', ...on])).out).map((one) => one.id)
    expect(before).toContain(id)

    const refused = await countersign(['patterns', 'revoke', id, '--reason', 'x', ...on])
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('People are asked about it again from the next call on.')])
    const empty = await countersign(['patterns', 'revoke', id, '--reason', '…', '--yes', ...on])
    expect(empty.err).toContain('this needs a reason')
    expect((await countersign(['patterns', 'revoke', id, '--reason', 'no longer ours', '--yes', ...on])).out).toContain(`Revoked ${id}`)
    const after = lines<{ id: string }>((await countersign(['patterns', '--json', ...on])).out).map((one) => one.id)
    expect(after).toEqual(before.filter((one) => one !== id))
    const again = await countersign(['patterns', 'revoke', id, '--reason', 'x', '--yes', ...on])
    expect([again.code, again.err]).toEqual([1, expect.stringContaining(`there is no accepted pattern ${id}`)])
    expect((await countersign(['changes', 'verify', ...on])).code).toBe(0)
    expect((await countersign(['changes', 'export', ...on])).out).toContain('no longer ours')
  })
})
