import { describe, expect, it } from 'vitest'
import { applyStep, isWrite, NOT_READ_BACK } from '../../shared/contain/apply-step.ts'
import { type ChangeLog, openChangeLog } from '../../shared/contain/change-log.ts'
import { denyAll } from '../../shared/contain/deny-all.ts'
import { endSessions } from '../../shared/contain/end-sessions.ts'
import { accessKey } from '../../shared/contain/steps/access-key.ts'
import { DENY_ALL, quarantinePolicyName, revocation } from '../../shared/contain/steps/quarantine.ts'
import type { Step, StepValue } from '../../shared/contain/steps/step.ts'
import { userAttachment } from '../../shared/contain/steps/user-attachment.ts'
import { userBoundary } from '../../shared/contain/steps/user-boundary.ts'
import { userPolicy } from '../../shared/contain/steps/user-policy.ts'
import type { ChangeDraft } from '../../shared/domain/change.ts'
import { isReleaseOrdered } from '../../shared/domain/progress.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { order } from '../../shared/record/orders.ts'
import { arnOf, embedded, KEY, NOW, oneUser, QUARANTINE_ARN } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

/** What is said of the user where IAM has it no more. */
const GONE = 'user ci-build is no longer there; see in CloudTrail who removed it'

const ID = 'inc-0123456789ab'
const POLICY = quarantinePolicyName(ID)
const INCIDENT = `incident:${ID}`
const RESTRICTION = documentOf(HABIT)
const key = accessKey.step({ userName: 'ci-build', accessKeyId: KEY })
const deny = denyAll({ kind: 'iam-user', name: 'ci-build' }, ID)
const restriction = userPolicy.step({ userName: 'ci-build', policyName: POLICY }, { contained: () => RESTRICTION })
const denied = Object.assign(new Error('no'), { name: 'AccessDenied' })

type Draft = Pick<ChangeDraft, 'kind' | 'target' | 'from' | 'to'> & { readonly why?: string }

const planned = (target: string, from: StepValue, to: StepValue): Draft => ({ kind: 'step-planned', target, from, to })
const done = (target: string, from: StepValue, to: StepValue): Draft => ({ kind: 'step-done', target, from, to })
const releasing: Draft = { kind: 'verdict', target: INCIDENT, from: 'contained', to: 'releasing' }

/** A run of contain over an account, its chain as these entries leave it, each a minute old. `iam` stands before the account. */
async function run({ entries = [] as Draft[], account = oneUser() as object, iam = {} as Partial<Iam> } = {}) {
  const world = await embedded({ account })
  const subject = incidentSubject(ID)
  const write = (draft: Draft, at = NOW) =>
    append(world.ports.record, subject, { actor: 'countersign:contain', at: new Date(at).toISOString(), why: 'x', ...draft })
  for (const draft of entries) await write(draft, NOW - 60_000)
  const before = await world.ports.record.list(subject)
  const ports = { ...world.ports, iam: { ...world.account, ...iam } as Iam }
  const changeLog: ChangeLog = openChangeLog(ID, before, ports)
  return {
    ...world,
    write,
    changeLog,
    /** Applies a step on the value that stands in the account, or on one that a read gave before. */
    async apply(step: Step, read?: StepValue) {
      return applyStep(step, read === undefined ? await step.read(world.account) : read, changeLog, ports)
    },
    /** What the run wrote into the record. */
    async written() {
      const all = (await world.ports.record.list(subject)).slice(before.length)
      return all.map(({ kind, target, from, to, why }) => [kind, target, from, to, why])
    },
  }
}

/** An account whose writes are counted, and answer what a test says. */
function counting(account: () => Partial<Iam>, writes: string[]): Partial<Iam> {
  return {
    setAccessKeyStatus: async (user, id, status) => {
      writes.push(`${user}/${id} ${status}`)
      return (await account().setAccessKeyStatus?.(user, id, status)) ?? true
    },
    putUserPolicy: async (user, name, document) => {
      writes.push(`${user}/${name} ${document}`)
      return (await account().putUserPolicy?.(user, name, document)) ?? 'put'
    },
  }
}

describe('a step that is applied for the first time', () => {
  it('has its undo record first, is read back, and both are in the record', async () => {
    const { apply, written, account } = await run()
    expect(await apply(key)).toBeUndefined()
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect(await written()).toEqual([
      ['step-planned', key.target, 'Active', 'Inactive', key.title],
      ['step-done', key.target, 'Active', 'Inactive', 'read back'],
    ])
  })

  it('is not written where its undo record cannot be', async () => {
    const writes: string[] = []
    const { changeLog, apply, ports } = await run({ iam: counting(() => ({}), writes) })
    const append = ports.record.append
    Object.assign(ports.record, { append: () => Promise.reject(new Error('no table')) })
    await expect(apply(key)).rejects.toThrow('no table')
    Object.assign(ports.record, { append })
    expect([writes, changeLog.changes]).toEqual([[], []])
  })

  it.each<[string, Step, StepValue]>([
    ['a key that is inactive', key, 'Inactive'],
    ['a key that is not there', key, null],
    ['a policy that no plan says the value of', userPolicy.step({ userName: 'ci-build', policyName: POLICY }), null],
  ])('on %s has nothing to do, and nothing is recorded', async (_, step, read) => {
    const writes: string[] = []
    const { apply, written, changeLog } = await run({ iam: counting(() => ({}), writes) })
    expect(isWrite(step, read, changeLog)).toBe(false)
    expect(await apply(step, read)).toBeUndefined()
    expect([await written(), writes]).toEqual([[], []])
  })

  it('is planned, and not written, where somebody else put a policy of our name and text there: it is verified from then on', async () => {
    const writes: string[] = []
    const world = await run({ iam: counting(() => ({}), writes) })
    await world.account.putUserPolicy('ci-build', POLICY, DENY_ALL)
    expect(await world.apply(deny)).toBeUndefined()
    expect(writes).toEqual([])
    expect(await world.written()).toEqual([
      ['step-planned', deny.target, DENY_ALL, DENY_ALL, deny.title],
      ['step-done', deny.target, DENY_ALL, DENY_ALL, 'read back'],
    ])
  })
})

describe('a step that an earlier run planned', () => {
  it('keeps the undo record of that run, and is written where that run broke off before it wrote', async () => {
    const { apply, written, account } = await run({ entries: [planned(key.target, 'Active', 'Inactive')] })
    expect(await apply(key)).toBeUndefined()
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect((await written()).map(([kind]) => kind)).toEqual(['step-done'])
  })

  it('is closed in the record, and not written again, where that run broke off after it wrote', async () => {
    const writes: string[] = []
    const world = await run({ entries: [planned(key.target, 'Active', 'Inactive')], iam: counting(() => ({}), writes) })
    await world.account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
    expect(await world.apply(key)).toBeUndefined()
    expect([(await world.written()).map(([kind]) => kind), writes]).toEqual([['step-done'], []])
  })

  it('is left as it is where it is done and stands', async () => {
    const entries = [planned(key.target, 'Active', 'Inactive'), done(key.target, 'Active', 'Inactive')]
    const writes: string[] = []
    const { apply, written, changeLog } = await run({ entries, iam: counting(() => ({}), writes) })
    expect(isWrite(key, 'Inactive', changeLog)).toBe(false)
    expect(isWrite(key, 'Active', changeLog)).toBe(true)
    expect(await apply(key, 'Inactive')).toBeUndefined()
    expect([await written(), writes]).toEqual([[], []])
  })

  it('is written again where it is done and stands no more, with nothing new in the record', async () => {
    const entries = [planned(key.target, 'Active', 'Inactive'), done(key.target, 'Active', 'Inactive')]
    const { apply, written, account } = await run({ entries })
    expect(await apply(key)).toBeUndefined()
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect(await written()).toEqual([])
  })

  it('that now asks for more is planned again with the value from before the first run', async () => {
    const older = revocation({ issuedBefore: NOW - 60_000, names: ['build-7'] })
    const step = endSessions({ name: 'deploy' }, ID, { names: ['build-8'], since: NOW, now: NOW })
    const account = { RoleDetailList: [{ RoleName: 'deploy', Arn: 'arn:aws:iam::123456789012:role/deploy' }] }
    const entries = [planned(step.target, null, older), done(step.target, null, older)]
    const world = await run({ account, entries })
    await world.account.putRolePolicy('deploy', 'CountersignRevoke-inc-0123456789ab', older)
    expect(await world.apply(step)).toBeUndefined()
    const wanted = revocation({ issuedBefore: NOW, names: ['build-8'] })
    expect(await world.written()).toEqual([
      ['step-planned', step.target, null, wanted, step.title],
      ['step-done', step.target, older, wanted, 'read back'],
    ])
    expect(await step.read(world.account)).toBe(wanted)
  })

  it('is planned once by two runs at once', async () => {
    const world = await run()
    await world.write(planned(key.target, 'Active', 'Inactive'))
    expect(await world.apply(key)).toBeUndefined()
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    expect((await world.written()).map(([kind]) => kind)).toEqual(['step-planned', 'step-done'])
  })
})

describe('a step that IAM does not take', () => {
  const put = (answer: () => Promise<'put' | 'quota' | 'no-such-identity'>) => ({ putUserPolicy: answer })

  it.each<[string, Partial<Iam>, string]>([
    ['has no room', put(async () => 'quota'), 'an AWS quota is used up'],
    ['has no such user', put(async () => 'no-such-identity'), GONE],
    ['refuses', put(() => Promise.reject(denied)), 'AWS answered AccessDenied'],
    ['throws what is no error', put(() => Promise.reject('no error object')), 'AWS answered unknown error'],
  ])('because it %s is a doubt that the record says once', async (_, iam, doubt) => {
    const { apply, written } = await run({ iam })
    expect(await apply(deny)).toBe(doubt)
    expect(await apply(deny)).toBe(doubt)
    expect(await written()).toEqual([
      ['step-planned', deny.target, null, DENY_ALL, deny.title],
      ['step-failed', deny.target, null, DENY_ALL, doubt],
    ])
  })

  it('for another reason than before is said again, and so is one that failed again after it stood', async () => {
    let answer: 'quota' | 'no-such-identity' | 'put' = 'quota'
    const world: Awaited<ReturnType<typeof run>> = await run({
      iam: { putUserPolicy: async (...words) => (answer === 'put' ? world.account.putUserPolicy(...words) : answer) },
    })
    await world.apply(deny)
    answer = 'no-such-identity'
    await world.apply(deny)
    answer = 'put'
    await world.apply(deny)
    answer = 'quota'
    await world.account.deleteUserPolicy('ci-build', POLICY)
    await world.apply(deny)
    const whys = (await world.written()).map(([kind, , , , why]) => `${kind}: ${why}`)
    expect(whys.slice(1)).toEqual([
      'step-failed: an AWS quota is used up',
      `step-failed: ${GONE}`,
      'step-done: read back',
      'step-failed: an AWS quota is used up',
    ])
  })

  it('is said of each step, whatever was said of another in between', async () => {
    const { apply, written } = await run({ iam: { ...put(async () => 'quota'), setAccessKeyStatus: () => Promise.reject(denied) } })
    await apply(deny)
    await apply(key)
    await apply(deny)
    expect((await written()).filter(([kind]) => kind === 'step-failed').map(([, target]) => target)).toEqual([deny.target, key.target])
  })

  const attached = userAttachment.step({ userName: 'ci-build', policyArn: QUARANTINE_ARN })
  const boundary = userBoundary.step({ userName: 'ci-build', policyArn: QUARANTINE_ARN })
  const ladder: Step = { ...deny, nextRung: { ...attached, nextRung: boundary } }

  it.each<[answers: string, Partial<Iam>, applied: string[], doubt: string | undefined]>([
    ['room', {}, [deny.target], undefined],
    ['no room for the first', { putUserPolicy: async () => 'quota' }, [attached.target], undefined],
    ['no room for two', { putUserPolicy: async () => 'quota', attachUserPolicy: async () => 'quota' }, [boundary.target], undefined],
    [
      'no room at all',
      { putUserPolicy: async () => 'quota', attachUserPolicy: async () => 'quota', setBoundary: async () => 'quota' },
      [],
      'an AWS quota is used up',
    ],
    ['a refusal of the first', { putUserPolicy: () => Promise.reject(denied) }, [], 'AWS answered AccessDenied'],
    ['no such user', { putUserPolicy: async () => 'no-such-identity' }, [], GONE],
    [
      'no room, then a refusal',
      { putUserPolicy: async () => 'quota', attachUserPolicy: () => Promise.reject(denied) },
      [],
      'AWS answered AccessDenied',
    ],
  ])('is replaced by the next rung for want of room alone: %s', async (_, iam, applied, doubt) => {
    const { apply, written } = await run({ iam })
    expect(await apply(ladder)).toBe(doubt)
    expect((await written()).filter(([kind]) => kind === 'step-done').map(([, target]) => target)).toEqual(applied)
  })

  it('and stands in a rung that was applied before is not planned there again', async () => {
    const { apply, written } = await run({ iam: put(async () => 'quota') })
    await apply(ladder)
    const first = await written()
    expect(await apply(ladder)).toBeUndefined()
    expect(await written()).toEqual(first)
  })
})

describe('a step whose user is gone', () => {
  const entries = [planned(deny.target, null, DENY_ALL)]
  const iam: Partial<Iam> = { putUserPolicy: async () => 'no-such-identity' }

  it('after it stood is closed: nothing is left to undo', async () => {
    const { apply, written } = await run({ entries: [...entries, done(deny.target, null, DENY_ALL)], iam })
    expect(await apply(deny, null)).toBeUndefined()
    expect(await written()).toEqual([['step-gone', deny.target, null, null, GONE]])
  })

  it('is not closed where a release undid it just before', async () => {
    const world = await run({ entries: [...entries, done(deny.target, null, DENY_ALL)], iam })
    await world.write({ kind: 'step-undone', target: deny.target, from: DENY_ALL, to: null })
    expect(await world.apply(deny, null)).toBeUndefined()
    expect((await world.written()).map(([kind]) => kind)).toEqual(['step-undone'])
  })

  it('is closed where another run wrote of another step just before', async () => {
    const world = await run({ entries: [...entries, done(deny.target, null, DENY_ALL)], iam })
    await world.write({ kind: 'step-undone', target: key.target, from: 'Inactive', to: 'Active' })
    expect(await world.apply(deny, null)).toBeUndefined()
    expect((await world.written()).map(([kind]) => kind)).toEqual(['step-undone', 'step-gone'])
  })

  it.each<[string, Draft[], StepValue]>([
    ['before it ever stood', entries, null],
    ['although a value of it was read', [...entries, done(deny.target, null, DENY_ALL)], '{}'],
  ])('%s is a doubt', async (_, some, read) => {
    const { apply, written } = await run({ entries: some, iam })
    expect(await apply(deny, read)).toBe(GONE)
    expect((await written()).map(([kind]) => kind)).toEqual(['step-failed'])
  })
})

describe('a step that IAM accepted and does not show', () => {
  it.each<[string, Partial<Iam>]>([
    ['yet', { listAccessKeys: async () => [{ id: KEY, status: 'Active' }] }],
    ['because it cannot be read', { listAccessKeys: () => Promise.reject(denied) }],
  ])('%s is recorded as accepted, and is a doubt that turns from lag into more after a minute', async (_, iam) => {
    const { apply, written, setNow } = await run({ iam })
    expect(await apply(key)).toBe(NOT_READ_BACK)
    expect((await written()).at(-1)).toEqual(['step-done', key.target, 'Active', 'Inactive', NOT_READ_BACK])
    setNow(NOW + 59_999)
    expect(await apply(key, 'Active')).toBe(NOT_READ_BACK)
    setNow(NOW + 60_000)
    expect(await apply(key, 'Active')).toBe('accepted by IAM, and for a minute not seen there')
    expect(await written()).toHaveLength(2)
  })
})

describe('a step of a run during which people release', () => {
  it('is not planned and not written where the release was ordered before it was planned', async () => {
    const writes: string[] = []
    const { write, apply, written } = await run({ iam: counting(() => ({}), writes) })
    await write(releasing)
    expect(await apply(key)).toBeUndefined()
    expect([(await written()).map(([kind]) => kind), writes]).toEqual([['verdict'], []])
  })

  it('is written all the same where what came before it was anything else', async () => {
    const { write, apply, written } = await run()
    await write({ kind: 'decision', target: INCIDENT, from: null, to: 'contain' })
    expect(await apply(key)).toBeUndefined()
    expect((await written()).map(([kind]) => kind)).toEqual(['decision', 'step-planned', 'step-done'])
  })

  it.each<[string, boolean, StepValue]>([
    ['is undone, where a person ordered that release', true, 'Active'],
    ['stays, where no person did', false, 'Inactive'],
  ])('and whose undo came before its write %s', async (_, isOrdered, status) => {
    const world: Awaited<ReturnType<typeof run>> = await run({
      iam: {
        // Between the undo record and the write, the release is ordered, undoes the step and ends.
        setAccessKeyStatus: async (...words) => {
          const done = await world.account.setAccessKeyStatus(...words)
          if (isReleaseOrdered(await world.ports.record.list(incidentSubject(ID)))) return done
          const at = new Date(NOW).toISOString()
          const entry = await world.write(releasing)
          if (isOrdered) await order(ID, { entry, to: 'release', at }, world.ports.record)
          await world.write({ kind: 'step-undone', target: key.target, from: 'Inactive', to: 'Active' })
          return done
        },
      },
    })
    expect(await world.apply(key)).toBeUndefined()
    expect(await key.read(world.account)).toBe(status)
    expect((await world.written()).map(([kind]) => kind)).toEqual(['step-planned', 'verdict', 'step-undone'])
  })
})

describe('a restriction', () => {
  const contained = planned(deny.target, null, DENY_ALL)

  it('does not take the place of a containment that another run has planned meanwhile', async () => {
    const writes: string[] = []
    const { write, apply, written } = await run({ iam: counting(() => ({}), writes) })
    await write(contained)
    expect(await apply(restriction)).toBeUndefined()
    expect([(await written()).map(([kind, , , to]) => [kind, to]), writes]).toEqual([[['step-planned', DENY_ALL]], []])
  })

  it.each<[string, 'put' | 'quota' | 'no-such-identity' | 'denied', string | undefined]>([
    ['and the containment is set again', 'put', undefined],
    ['and a doubt says that the containment could not be set again, for want of room', 'quota', 'an AWS quota is used up'],
    ['and a doubt says that the user is gone', 'no-such-identity', GONE],
    ['and a doubt says what AWS answered', 'denied', 'AWS answered AccessDenied'],
  ])('may be written over one that was planned just before: %s', async (_, answer, doubt) => {
    let isPlanned = false
    const world: Awaited<ReturnType<typeof run>> = await run({
      iam: {
        putUserPolicy: async (...words) => {
          if (words[2] === RESTRICTION) {
            if (!isPlanned) await world.write(contained)
            isPlanned = true
          } else if (answer === 'denied') throw denied
          else if (answer !== 'put') return answer
          return world.account.putUserPolicy(...words)
        },
      },
    })
    expect(await world.apply(restriction)).toBe(doubt)
    expect(await deny.read(world.account)).toBe(doubt === undefined ? DENY_ALL : RESTRICTION)
    expect((await world.written()).map(([kind, , , to]) => [kind, to === DENY_ALL])).toEqual([
      ['step-planned', false],
      ['step-planned', true],
    ])
  })

  it('gives way to a containment, with the value from before the restriction as its undo record', async () => {
    const entries = [planned(restriction.target, null, RESTRICTION), done(restriction.target, null, RESTRICTION)]
    const world = await run({ entries })
    await world.account.putUserPolicy('ci-build', POLICY, RESTRICTION)
    expect(await world.apply(deny)).toBeUndefined()
    expect(await deny.read(world.account)).toBe(DENY_ALL)
    expect(await world.written()).toEqual([
      ['step-planned', deny.target, null, DENY_ALL, deny.title],
      ['step-done', deny.target, RESTRICTION, DENY_ALL, 'read back'],
    ])
  })
})

describe('who is not there', () => {
  it('is told by IAM, not by the record', async () => {
    const { apply } = await run({ account: { UserDetailList: [{ UserName: 'bystander', Arn: arnOf('bystander') }] } })
    expect(await apply(deny)).toBe(GONE)
  })
})
