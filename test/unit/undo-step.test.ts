import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { release } from '../../shared/contain/release.ts'
import { DENY_ALL, quarantinePolicyName, revocation } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { undoStep } from '../../shared/contain/undo-step.ts'
import type { ChangeDraft } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { FINDING, incidentOf } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const KEY_STEP = `access-key:ci-build/${KEY}`
const POLICY_STEP = `user-policy:ci-build/${quarantinePolicyName(ID)}`
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/limits`
const BOUNDARY_STEP = `user-boundary:ci-build/arn:aws:iam::${ACCOUNT}:policy/CountersignQuarantine`

/** A world whose record says that these steps were planned and done. What stands in IAM is for the test to set. */
async function planned(...steps: [target: string, before: StepValue, contained: StepValue][]) {
  const world = await embedded()
  const draft = (kind: ChangeDraft['kind'], target: string, from: StepValue, to: StepValue): ChangeDraft => ({
    at: new Date(NOW).toISOString(),
    actor: 'countersign:contain',
    kind,
    target,
    from,
    to,
    why: 'x',
  })
  for (const [target, before, contained] of steps)
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(world.ports.record, incidentSubject(ID), draft(kind, target, before, contained))
  const entries = () => world.ports.record.list(incidentSubject(ID))
  const opened = async () => openChangeLog(ID, await entries(), world.ports)
  return {
    ...world,
    entries,
    opened,
    /** What was undone, as the record has it from now on. */
    ends: async () => (await entries()).slice(2 * steps.length).map(({ kind, target, from, to, why }) => ({ kind, target, from, to, why })),
    async undo(iam: Iam = world.account) {
      const changeLog = await opened()
      const [one] = standingSteps(changeLog.changes)
      if (one === undefined) throw new Error('no step')
      return undoStep(one, { changeLog, cause: 'release' }, { iam, account: undefined })
    },
  }
}

describe('a step that is undone', () => {
  it('gets the value from before, and the record says from what to what and for what cause', async () => {
    const { account, undo, ends } = await planned([KEY_STEP, 'Active', 'Inactive'])
    await account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    expect(await undo()).toBeUndefined()
    expect(account.isRefused('ci-build', KEY)).toBe(false)
    const why = `release: key ${KEY} of ci-build switched off`
    expect(await ends()).toEqual([{ kind: 'step-undone', target: KEY_STEP, from: 'Inactive', to: 'Active', why }])
  })

  it('writes nothing to IAM where the value is back already: somebody, or an earlier run, was first', async () => {
    const { account, undo, ends } = await planned([KEY_STEP, 'Active', 'Inactive'])
    const iam: Iam = { ...account, setAccessKeyStatus: () => Promise.reject(new Error('written')) }
    expect(await undo(iam)).toBeUndefined()
    expect(await ends()).toMatchObject([{ kind: 'step-undone', from: 'Active', to: 'Active' }])
  })

  it('is not overwritten where somebody set something else meanwhile: the difference is told in words, and the step stands', async () => {
    const { account, undo, ends, opened } = await planned([POLICY_STEP, null, DENY_ALL])
    const foreign = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] })
    await account.putUserPolicy('ci-build', quarantinePolicyName(ID), foreign)
    const short = (text: string) => `${text.slice(0, 59)}…`
    expect(await undo()).toBe(`${POLICY_STEP}: was absent, contained as ${short(DENY_ALL)}, now ${short(foreign)}: not overwritten`)
    expect(await account.getUserPolicy('ci-build', quarantinePolicyName(ID))).toBe(foreign)
    expect([await ends(), standingSteps((await opened()).changes).length]).toEqual([[], 1])
  })

  it('is undone where the value of an earlier run still stands, because AWS had no room for the last one or the run broke off before it', async () => {
    const { account, undo, ends, ports } = await planned([POLICY_STEP, null, DENY_ALL])
    await account.putUserPolicy('ci-build', quarantinePolicyName(ID), DENY_ALL)
    const to = revocation({ issuedBefore: NOW, names: [] })
    const plan = { at: new Date(NOW).toISOString(), actor: 'countersign:contain', target: POLICY_STEP, from: null, to, why: 'x' }
    await append(ports.record, incidentSubject(ID), { ...plan, kind: 'step-planned' })
    expect(await undo()).toBeUndefined()
    expect(await account.getUserPolicy('ci-build', quarantinePolicyName(ID))).toBeUndefined()
    expect((await ends()).at(-1)).toMatchObject({ kind: 'step-undone', from: DENY_ALL, to: null })
  })

  it('of a policy does not mind how AWS writes the JSON', async () => {
    const { account, undo, ends } = await planned([POLICY_STEP, null, DENY_ALL])
    await account.putUserPolicy('ci-build', quarantinePolicyName(ID), JSON.stringify(JSON.parse(DENY_ALL), undefined, 2))
    expect(await undo()).toBeUndefined()
    expect(await account.getUserPolicy('ci-build', quarantinePolicyName(ID))).toBeUndefined()
    expect(await ends()).toMatchObject([{ kind: 'step-undone' }])
  })

  it('on a credential that was deleted has ended: there is nothing to set back', async () => {
    const { account, undo, ends } = await planned([KEY_STEP, 'Active', 'Inactive'])
    const iam: Iam = { ...account, listAccessKeys: async () => [] }
    expect(await undo(iam)).toBeUndefined()
    const why = `release: key ${KEY} of ci-build switched off: access key ${KEY} of ci-build is no longer there; see in CloudTrail who removed it`
    expect(await ends()).toEqual([{ kind: 'step-gone', target: KEY_STEP, from: null, to: null, why }])
  })

  it('on a credential that was deleted between the look and the write is a difference that people read', async () => {
    const { account, undo, ends } = await planned([KEY_STEP, 'Active', 'Inactive'])
    await account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    const iam: Iam = { ...account, setAccessKeyStatus: async () => false }
    expect(await undo(iam)).toBe(`${KEY_STEP}: could not be set back to Active`)
    expect(await ends()).toEqual([])
  })

  it('on a user who is gone has ended, and is a difference where only the value from before is gone', async () => {
    const world = await planned([BOUNDARY_STEP, BOUNDARY, `arn:aws:iam::${ACCOUNT}:policy/CountersignQuarantine`])
    const { account, undo, ends } = world
    await account.setBoundary('ci-build', `arn:aws:iam::${ACCOUNT}:policy/CountersignQuarantine`)
    const gone: Iam = { ...account, setBoundary: async () => 'no-such-identity' }
    expect(await undo(gone)).toBe(`${BOUNDARY_STEP}: could not be set back to ${BOUNDARY}`)
    expect(await ends()).toEqual([])
    let looks = 0
    const deleted: Iam = { ...gone, boundaryOf: (name) => (looks++ === 0 ? account.boundaryOf(name) : Promise.resolve(undefined)) }
    expect(await undo(deleted)).toBeUndefined()
    expect(await ends()).toMatchObject([
      {
        kind: 'step-gone',
        target: BOUNDARY_STEP,
        to: null,
        why: expect.stringMatching(/^release: .*: user ci-build is no longer there; see in CloudTrail who removed it$/),
      },
    ])
  })

  it('that no step of this version knows is left, and said', async () => {
    const { undo, ends } = await planned(['quantum-key:ci-build/x', 'on', 'off'])
    expect(await undo()).toBe('quantum-key:ci-build/x: no step of this version undoes it')
    expect(await ends()).toEqual([])
  })

  it('is undone once in the record, where another run undid it at the same time', async () => {
    const { account, ends, opened, ports } = await planned([KEY_STEP, 'Active', 'Inactive'])
    await account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    const changeLog = await opened()
    const [one] = standingSteps(changeLog.changes)
    if (one === undefined) throw new Error('no step')
    const other = openChangeLog(ID, changeLog.changes, ports)
    await undoStep(one, { changeLog: other, cause: 'release' }, { iam: account, account: undefined })
    expect(await undoStep(one, { changeLog, cause: 'release' }, { iam: account, account: undefined })).toBeUndefined()
    expect(await ends()).toHaveLength(1)
  })
})

describe('the record of a step that is undone', () => {
  it('gets its entry behind those that others wrote meanwhile about something else', async () => {
    const { account, ends, opened, ports } = await planned([KEY_STEP, 'Active', 'Inactive'])
    await account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    const changeLog = await opened()
    const [one] = standingSteps(changeLog.changes)
    if (one === undefined) throw new Error('no step')
    const draft = { at: new Date(NOW).toISOString(), actor: 'local:anna', from: null, to: null, why: 'x' }
    await append(ports.record, incidentSubject(ID), { ...draft, kind: 'decision', target: `incident:${ID}` })
    await undoStep(one, { changeLog, cause: 'release' }, { iam: account, account: undefined })
    expect((await ends()).map(({ kind }) => kind)).toEqual(['decision', 'step-undone'])
  })
})

describe('a release', () => {
  const VERDICT = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill', at: new Date(NOW).toISOString() } as const

  async function releasing(parts: Partial<Incident> = {}) {
    const world = await planned([KEY_STEP, 'Active', 'Inactive'], [POLICY_STEP, null, DENY_ALL])
    await world.account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    await world.account.putUserPolicy('ci-build', quarantinePolicyName(ID), DENY_ALL)
    const incident = incidentOf(ID, { state: 'releasing', verdict: VERDICT, ...parts })
    await world.ports.incidents.save(incident, 0)
    return {
      ...world,
      now: async () => (await world.ports.incidents.get(ID))?.value,
      run: async (iam: Iam = world.account) =>
        release({ value: incident, version: 1 }, await world.opened(), await readPolicy(world.ports.record), { ...world.ports, iam }),
    }
  }

  it('undoes the last step first, closes the incident with the reason of the verdict, and tells people', async () => {
    const { account, run, now, ends, notices, entries } = await releasing()
    await run()
    expect(account.authorizationDetails().AccessKeys).toEqual(oneUser().AccessKeys)
    expect((await ends()).map(({ kind, target }) => [kind, target])).toEqual([
      ['step-undone', POLICY_STEP],
      ['step-undone', KEY_STEP],
      ['state', `incident:${ID}`],
    ])
    expect((await ends())[0]?.why).toMatch(/^release: /)
    expect((await ends()).at(-1)).toMatchObject({ from: 'releasing', to: 'released', why: 'a drill' })
    const last = (await entries()).at(-1)
    expect(await now()).toMatchObject({ state: 'released', updatedAt: NOW, head: { number: last?.number, hash: last?.hash } })
    expect(notices.map(({ kind }) => kind)).toEqual(['released'])
    expect((await now())?.owedNotice).toBeUndefined()
  })

  it('says so in the record where there was no verdict', async () => {
    const { run, ends } = await releasing({ verdict: undefined })
    await run()
    expect((await ends()).at(-1)?.why).toBe('released')
  })

  it('suppresses what the reviewer had seen, each once, for as long as the policy says: what is confirmed by its credential too', async () => {
    const confirmed = { ...FINDING, detector: 'exposed', isConfirmed: true }
    const findings = [FINDING, { ...FINDING, signalId: 'e-2' }, confirmed, { ...confirmed, signalId: 'e-3' }]
    const { run, now } = await releasing({ findings })
    await run()
    expect((await now())?.suppression).toEqual({
      until: NOW + 24 * 3_600_000,
      detectors: ['new-country', 'exposed'],
      confirmed: [`exposed ${KEY}`],
    })
  })

  it('undoes the other steps where AWS refuses one, and asks a person about that one', async () => {
    for (const name of ['AccessDenied', 'AccessDeniedException']) {
      const { account, run, now, ends } = await releasing()
      const refused = Object.assign(new Error('no'), { name })
      await run({ ...account, deleteUserPolicy: () => Promise.reject(refused) })
      const why = `${POLICY_STEP}: could not be set back: ${name}`
      expect(account.authorizationDetails().AccessKeys).toEqual(oneUser().AccessKeys)
      expect((await ends()).at(-1)).toMatchObject({ kind: 'state', to: 'asking', why })
      expect(await now()).toMatchObject({ state: 'asking', updatedAt: NOW })
      expect((await now())?.suppression).toBeUndefined()
      expect((await now())?.decision.why).toContain(why)
    }
  })

  it('names every difference', async () => {
    const { account, run, ends } = await releasing()
    const refused = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))
    await run({ ...account, deleteUserPolicy: refused, setAccessKeyStatus: refused })
    expect((await ends()).map(({ why }) => why)).toEqual([
      `${POLICY_STEP}: could not be set back: AccessDenied; ${KEY_STEP}: could not be set back: AccessDenied`,
    ])
  })

  it('is tried again where IAM fails otherwise: nothing is closed', async () => {
    for (const cause of [Object.assign(new Error('no'), { name: 'Throttling' }), 'AccessDenied as a text']) {
      const { account, run, now, ends } = await releasing()
      await expect(run({ ...account, deleteUserPolicy: () => Promise.reject(cause) })).rejects.toBe(cause)
      expect([(await now())?.state, await ends()]).toEqual(['releasing', []])
    }
  })

  it('leaves an incident that moved on meanwhile as it is', async () => {
    const { run, now, ports } = await releasing()
    const stored = await ports.incidents.get(ID)
    await ports.incidents.save({ ...(stored?.value as Incident), state: 'asking' }, 1)
    await run()
    expect((await now())?.state).toBe('asking')
  })
})
