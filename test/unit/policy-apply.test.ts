import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listIncidents } from '../../local/commands/incidents.ts'
import { diffPolicy, putPolicy, showPolicy } from '../../local/commands/policy.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { ResponderError } from '../../shared/errors.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { applyPolicy, parsePolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { consoleWorld } from '../console.ts'

const path = join(mkdtempSync(join(tmpdir(), 'policy-apply-')), 'policy.yaml')
writeFileSync(path, 'version: 2\nmode: ask\n')

/** Far from every clock of a test run. */
const [LATER, BEFORE] = ['2999-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z']

async function targetWith(until: string | undefined) {
  const { target } = await consoleWorld({ options: '--data here' })
  const { policy, number } = await readPolicy(target.record)
  const override = { mode: 'observe' as const, until: until ?? LATER, by: 'local:bea', reason: 'a migration' }
  if (until !== undefined)
    await applyPolicy(target.record, { policy: { ...policy, override }, by: 'local:bea', why: 'x', at: BEFORE, expected: number })
  return { target, override }
}

describe('policy apply', () => {
  it('keeps an override that runs, and says until when it runs and how to end it', async () => {
    const { target, override } = await targetWith(LATER)
    const said = await putPolicy(target, path, { reason: 'first week is over', isShown: false })
    expect((await readPolicy(target.record)).policy).toMatchObject({ mode: 'ask', override })
    expect(said).toContain(`An override to mode observe runs until ${LATER} (by local:bea: a migration). It goes on`)
    expect(said).toMatch(/end it with .*countersign -- override end --data here --reason "…"/)
    expect(said).not.toContain('override: {')
  })

  it('says the same before, where it asks', async () => {
    const { target } = await targetWith(LATER)
    expect(await diffPolicy(target, path)).toContain(`runs until ${LATER}`)
  })

  it('prints the difference without asking too, and the new revision', async () => {
    const { target } = await targetWith(undefined)
    const said = await putPolicy(target, path, { reason: 'x', isShown: false })
    expect(said).toContain('mode: "contain" → "ask"')
    expect(said).toContain('Policy revision 2 is in force')
    expect(await showPolicy(target, { isJson: false })).toMatch(/^# revision 2 in /)
  })

  it('prints the difference once where it was printed before', async () => {
    const { target } = await targetWith(undefined)
    expect(await putPolicy(target, path, { reason: 'x', isShown: true })).toBe(
      'Policy revision 2 is in force in a test account: decisions follow it within half a minute.',
    )
  })

  it('begins with the protection that it takes away', async () => {
    const { target } = await targetWith(undefined)
    const { policy, number } = await readPolicy(target.record)
    const guarded = { ...policy, protected: { arns: ['*:user/break-glass'], tags: {} } }
    await applyPolicy(target.record, { policy: guarded, by: 'local:bea', why: 'x', at: BEFORE, expected: number })
    expect(await diffPolicy(target, path)).toMatch(/^No longer protected: \*:user\/break-glass\n# revision 2 /)
  })

  it('refuses a pattern that protects nobody, and still shows a stored policy that has one, with a warning', async () => {
    const { target } = await targetWith(undefined)
    const { policy, number } = await readPolicy(target.record)
    const idle = { ...policy, protected: { arns: ['break-glass'], tags: {} } }
    await applyPolicy(target.record, { policy: idle, by: 'local:bea', why: 'x', at: BEFORE, expected: number })
    expect(await showPolicy(target, { isJson: false })).toContain('# Warning: protected.arns.0: matches no user and no role')
    const file = join(mkdtempSync(join(tmpdir(), 'policy-idle-')), 'policy.yaml')
    writeFileSync(file, 'version: 2\nprotected: { arns: [break-glass] }\n')
    await expect(putPolicy(target, file, { reason: 'x', isShown: false })).rejects.toThrow('protected.arns.0: matches no user and no role')
  })

  it('warns of the own rules that the file names, since no folder of rules was looked into', async () => {
    const { target } = await targetWith(undefined)
    const file = join(mkdtempSync(join(tmpdir(), 'policy-rules-')), 'policy.yaml')
    writeFileSync(file, "version: 3\ndetectors: { 'rule:mine': { enabled: false } }\n")
    expect(await diffPolicy(target, file)).toMatch(/^Warning: the policy names 1 own rule that was not checked, .*: rule:mine\./m)
  })

  it('drops an override whose time is over', async () => {
    const { target } = await targetWith(BEFORE)
    expect(await putPolicy(target, path, { reason: 'x', isShown: false })).not.toContain('An override')
    expect((await readPolicy(target.record)).policy.override).toBeUndefined()
  })

  it('changes nothing where only the override is more than the file says', async () => {
    const { target } = await targetWith(LATER)
    await putPolicy(target, path, { reason: 'x', isShown: false })
    expect(await putPolicy(target, path, { reason: 'x', isShown: false })).toContain('No difference')
    expect((await readPolicy(target.record)).number).toBe(3)
  })

  it('is the first revision where none is stored', async () => {
    const { target } = await targetWith(undefined)
    const empty = { ...target, record: memoryChangeRecord() }
    expect(await diffPolicy(empty, path)).toContain('No policy is stored')
    expect(await putPolicy(empty, path, { reason: 'x', isShown: true })).toContain('Policy revision 1 is in force')
    expect((await readPolicy(empty.record)).policy).toEqual(parsePolicy({ version: 2, mode: 'ask' }))
  })
})

describe('an override that is in force', () => {
  const LINE = `An override to mode observe runs until ${LATER} (by local:bea: a migration). It replaces every other mode; end it with `
  const plain = (_: unknown, text: string) => text

  it('is what `policy show` says first', async () => {
    const { target } = await targetWith(LATER)
    const [revision, first, key] = (await showPolicy(target, { isJson: false })).split('\n')
    expect(revision).toMatch(/^# revision 2 in /)
    expect(first).toContain(`# ${LINE}`)
    expect(key).toBe('override:')
  })

  it('is what `incidents` and `incidents show` say first, and leaves JSON as it is', async () => {
    const { target } = await targetWith(LATER)
    const said = { isJson: false, isAll: false }
    const list = await listIncidents(target, said)
    expect(list.startsWith(LINE)).toBe(true)
    const [incident] = await target.incidents.listOpen(1)
    expect(list).toContain(incident?.id)
    expect((await showIncident(target, incident?.id ?? '', { isJson: false, paint: plain })).startsWith(LINE)).toBe(true)
    expect(JSON.parse(await listIncidents(target, { isJson: true, isAll: false }))).toMatchObject({ id: incident?.id })
  })

  it('is not shown where there is none, or its time is over', async () => {
    for (const until of [undefined, BEFORE]) {
      const { target } = await targetWith(until)
      expect(await listIncidents(target, { isJson: false, isAll: false })).not.toContain('override')
      expect((await showPolicy(target, { isJson: false })).split('\n')[1]).not.toContain('An override')
    }
  })

  it('hides no incident where the policy cannot be read, which is said', async () => {
    const { target } = await targetWith(undefined)
    const unreadable = { ...target, record: { ...target.record, last: () => Promise.reject(new ResponderError('record.unreadable', 'x')) } }
    const list = await listIncidents(unreadable, { isJson: false, isAll: false })
    expect(list).toMatch(/^Whether an override runs is not known, because the policy cannot be read \[record\.unreadable\]\.\nPRIORITY/)
  })
})
