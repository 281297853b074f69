import { describe, expect, it } from 'vitest'
import { admitter } from '../../shared/contain/admit-step.ts'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { openOwnSteps } from '../../shared/contain/own-steps.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import type { BreakerLane } from '../../shared/ports/stores.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { ownStepsSubject } from '../../shared/record/own-steps-subject.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const OTHER = 'inc-ba9876543210'
const DENY = `user-policy:ci-build/${quarantinePolicyName(ID)}`
const KEY_STEP = `access-key:ci-build/${KEY}`
const GONE_KEY = 'access-key:ci-build/AKIAGONE000000000001'
const RESTRICTION = documentOf(HABIT)

interface Parts {
  readonly target: string
  readonly to: StepValue
  readonly from?: StepValue
  /** What stands in IAM. */
  readonly stands?: StepValue
  readonly isDone?: boolean
  readonly isOwn?: 'before' | 'meanwhile'
  readonly policy?: object
  readonly isFull?: boolean
}

/** What becomes of one step that the incident's chain says was planned, or done. */
async function admitted({ target, to, from = null, stands, isDone = true, isOwn, policy = {}, isFull = false }: Parts) {
  const world = await embedded({
    account: { ...oneUser(), UserDetailList: ['ci-build', 'made'].map((name) => ({ UserName: name, Arn: arnOf(name) })) },
  })
  const lanes: BreakerLane['kind'][] = []
  const breaker = {
    ...world.ports.breaker,
    reserve: async ({ kind }: BreakerLane) => {
      lanes.push(kind)
      return !isFull
    },
  }
  const ports = { ...world.ports, breaker, account: ACCOUNT }
  if (stands !== undefined) await stepFor(target)?.write(world.account, stands)
  const at = new Date(NOW).toISOString()
  for (const kind of isDone ? (['step-planned', 'step-done'] as const) : (['step-planned'] as const))
    await append(ports.record, incidentSubject(ID), { at, actor: 'countersign:respond', kind, target, from, to, why: 'x' })
  const changes = await ports.record.list(incidentSubject(ID))
  const standing = standingSteps(changes)
  const note = () => openOwnSteps(ID, [], ports).note({ target, before: from, contained: to }, 'x')
  if (isOwn === 'before') await note()
  const changeLog = openChangeLog(ID, changes, ports, { own: await ports.record.list(ownStepsSubject(ID)) })
  if (isOwn === 'meanwhile') await note()
  const inForce = { policy: parsePolicy({ version: 3, mode: 'contain', ...policy }), users: 10, number: 1 }
  const incident = incidentOf(ID, { state: 'contained', identity: user('ci-build') })
  const admit = await admitter(incident, standing, { changeLog, inForce }, ports)
  const [planned] = standing
  if (planned === undefined) throw new Error('nothing stands')
  const { isAdmitted, doubt } = await admit(planned)
  const now = await ports.record.list(incidentSubject(ID))
  return { isAdmitted, doubt, lanes, isNoted: changeLog.own.has(planned), isGone: now.at(-1)?.kind === 'step-gone' }
}

const ASKS = { policy: { mode: 'ask' } }
const NOTED = { isAdmitted: true, doubt: undefined, lanes: [], isNoted: true, isGone: false }
const LEFT = { isAdmitted: false, doubt: undefined, lanes: [], isNoted: false, isGone: false }
const PLACED = { ...NOTED, lanes: ['ordinary'] }
const DOUBTED = { ...LEFT, doubt: expect.stringMatching(/^not as the incident's record says, .*: left as it is; find out who wrote that$/) }

describe('a step that the incident says was applied', () => {
  it.each<[string, Parts, object]>([
    ['that contain planned is its own, whatever the policy says by now', { target: DENY, to: DENY_ALL, isOwn: 'before', ...ASKS }, NOTED],
    ['that another run planned meanwhile is its own as well', { target: DENY, to: DENY_ALL, isOwn: 'meanwhile', ...ASKS }, NOTED],
    ['of no kind is told by whoever would set it', { target: 'moon:x/y', to: 'x' }, { ...NOTED, isNoted: false }],
    ['whose value contains nothing is told by whoever would set it', { target: KEY_STEP, to: 'Active' }, { ...NOTED, isNoted: false }],
    ['on a key that is gone is recorded as gone', { target: GONE_KEY, to: 'Inactive' }, { ...LEFT, isGone: true }],
    ['on a key that is gone, and that was never read back, is left', { target: GONE_KEY, to: 'Inactive', isDone: false }, LEFT],
    [
      'that stands as the record says becomes its own where it is the policy of the incident',
      { target: DENY, to: DENY_ALL, stands: DENY_ALL, ...ASKS },
      NOTED,
    ],
    ['that stands and replaced another value is left', { target: DENY, to: DENY_ALL, from: RESTRICTION, stands: DENY_ALL }, LEFT],
    [
      'that stands under the name of another incident is left',
      { target: `user-policy:ci-build/${quarantinePolicyName(OTHER)}`, to: DENY_ALL, stands: DENY_ALL },
      LEFT,
    ],
    ['that is a key, and inactive, is left', { target: KEY_STEP, to: 'Inactive', from: null, stands: 'Inactive' }, LEFT],
    ['that does not stand and is allowed now takes a place of the breaker', { target: DENY, to: DENY_ALL }, PLACED],
    ['of somebody else that is allowed now takes one as well', { target: DENY.replace('ci-build', 'made'), to: DENY_ALL }, PLACED],
    ['that is a key, and active, is set where it is allowed now', { target: KEY_STEP, to: 'Inactive', from: 'Active' }, PLACED],
    [
      'that restricts takes a place among the restrictions',
      { target: DENY, to: RESTRICTION, policy: { mode: 'restrict' } },
      { ...PLACED, lanes: ['restricted'] },
    ],
    [
      'that stands otherwise than the record says is set where it is allowed now',
      { target: DENY, to: DENY_ALL, stands: RESTRICTION },
      PLACED,
    ],
    ['that does not stand and is not allowed now is left, and a person is told', { target: DENY, to: DENY_ALL, ...ASKS }, DOUBTED],
    [
      'that contains where the policy only restricts is left, and a person is told',
      { target: DENY, to: DENY_ALL, policy: { mode: 'restrict' } },
      DOUBTED,
    ],
    [
      'that has no place of the breaker is left, and a person is told',
      { target: DENY, to: DENY_ALL, isFull: true },
      { ...DOUBTED, lanes: ['ordinary'] },
    ],
  ])('%s', async (_, parts, expected) => {
    expect(await admitted(parts)).toEqual(expected)
  })
})
