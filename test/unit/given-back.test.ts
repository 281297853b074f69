import { describe, expect, it } from 'vitest'
import { denyAll } from '../../shared/contain/deny-all.ts'
import { endSessions } from '../../shared/contain/end-sessions.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import { standingSteps, undoneSteps } from '../../shared/domain/progress.ts'
import { NO_ROOM } from '../../shared/domain/restriction-lines.ts'
import { answersOf } from '../../shared/domain/story/answers.ts'
import { givenBack, givenBackClause } from '../../shared/domain/story/given-back-text.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { STEP_SAMPLES } from '../contract/step-samples.ts'

const ID = 'inc-0123456789ab'
const KEY = 'AKIA2J4QNVLHRYZBGUUA'
const UNNAMED = /does not name in our words/
const policy = parsePolicy({ version: 3 })

interface Taken {
  readonly title: string
  readonly target: string
  readonly from?: string | null
}

/** The record of steps that were planned and done. */
function done(...steps: readonly Taken[]): Change[] {
  return steps.flatMap(({ title, target, from = null }, at) => {
    const about = { target, from, to: 'Inactive', at: '2026-03-02T12:00:00.000Z', actor: 'countersign:contain' }
    return [
      { ...about, kind: 'step-planned', why: title, number: at * 2 + 1 },
      { ...about, kind: 'step-done', why: 'read back', number: at * 2 + 2 },
    ]
  }) as unknown as Change[]
}

const keyOf = (owner: string, id: string): Taken => ({
  title: `key ${id} of ${owner} switched off`,
  target: `access-key:${owner}/${id}`,
  from: 'Active',
})
const sessionsEnded: Taken = endSessions({ name: 'deploy' }, ID, { names: ['deploy-60417', 'deploy-31814'], since: 0, now: 1 })
const denied: Taken = denyAll({ kind: 'iam-user', name: 'ci-deploy' }, ID)

/** The order in which a containment takes them: the widest first. */
const CONTAINED = done(sessionsEnded, denied, keyOf('ci-deploy', KEY))
const incident = incidentOf(ID, { state: 'contained', identity: user('ci-deploy') })
const clauseOf = (...steps: readonly Taken[]) => givenBackClause(givenBack(standingSteps(done(...steps)), 'ci-deploy'))

describe('what a release gives back', () => {
  const clause =
    'key …GUUA of ci-deploy works again; ci-deploy is no longer denied everything; sessions deploy-60417, deploy-31814 of role deploy may be used again'

  it('is said in words of giving back, the credential first, before the verdict', () => {
    expect(whatReviewDoes('legitimate', incident, { changes: CONTAINED, policy })).toContain(
      `It was legitimate. What was contained is restored as it was: ${clause}. That is final`,
    )
    expect(answersOf(incident, CONTAINED).find(({ kind }) => kind === 'legitimate')?.does).toBe(
      `it was legitimate: takes back what was done (${clause}); that is final`,
    )
  })

  it('says of what is restricted whose rights it gives back, where that is not the identity alone', () => {
    const restricted = { ...incident, state: 'restricted', restrictedAt: 1, containedAt: undefined } as const
    const own = { title: 'user ci-deploy restricted', target: 'user-policy:ci-deploy/x' }
    const others = { title: 'sessions a of role deploy restricted', target: 'role-policy:deploy/x' }
    const does = (...steps: readonly Taken[]) => answersOf(restricted, done(...steps)).find(({ kind }) => kind === 'legitimate')?.does
    expect(does(own)).toBe('it was legitimate: gives it back its rights; that is final')
    expect(does(others, own)).toBe(
      'it was legitimate: gives it back its rights (ci-deploy has its rights again; sessions a of role deploy have their rights again); that is final',
    )
  })

  it('is said of what is set back as of what is to be', () => {
    const undone = CONTAINED.filter(({ kind }) => kind === 'step-planned').map((change) => ({ ...change, kind: 'step-undone' }) as Change)
    expect(givenBackClause(givenBack(undoneSteps([...CONTAINED, ...undone]), 'ci-deploy'))).toBe(clause)
    expect(standingSteps([...CONTAINED, ...undone])).toEqual([])
    const again = CONTAINED.slice(0, 1)
    expect(undoneSteps([...CONTAINED, ...undone, ...again]).map(({ target }) => target)).not.toContain(sessionsEnded.target)
  })

  it.each([
    ['a user with the longest name', 'u'.repeat(64), 1],
    ['three keys', 'ci-deploy', 3],
  ])('never hides in Slack that credentials work again: %s', (_, name, keys) => {
    const changes = done(
      ...['a', 'b', 'c'].map((letter): Taken => denyAll({ kind: 'iam-user', name: letter.repeat(64) }, ID)),
      ...Array.from({ length: keys }, (__, at) => keyOf(name, `AKIA2J4QNVLHRYZB000${at}`)),
    )
    const of = incidentOf(ID, { state: 'contained', identity: user(name) })
    const { blocks } = messageOf({ incident: of, changes, policy })
    const texts = JSON.stringify(blocks).match(/It was legitimate\. (?:[^"\\]|\\.)*/g) ?? []
    expect(texts).toHaveLength(1)
    expect(texts[0]).toMatch(
      keys === 1 ? /works again/ : /Key …0000 .* key …0001 .* key …0002 of ci-deploy works again; the rest is restored/,
    )
    expect(texts[0]).toContain('That is final: a released incident is not contained again from here, and for 24 hours')
    expect(texts[0]?.length).toBeLessThanOrEqual(300)
  })

  it('says that a credential works again before anything else is left out, and counts what is', () => {
    const keys = Array.from({ length: 6 }, (_, at) => keyOf(at === 5 ? 'ci-deploy' : 'backdoor', `AKIA2J4QNVLHRYZB000${at}`))
    const text = clauseOf(...['a', 'b', 'c', 'd', 'e'].map((name) => denyAll({ kind: 'iam-user', name }, ID)), ...keys)
    expect(text).toMatch(/^key …0005 of ci-deploy works again; key …0000 of backdoor works again; /)
    expect(text).toContain('; 2 more credentials work again; a is no longer denied everything; ')
    expect(text.endsWith('; 2 more steps are taken back')).toBe(true)
  })

  it('is said once of a user that is denied in two ways', () => {
    const by = (way: string, kind: string): Taken => ({
      title: `ci-deploy denied everything, by ${way}`,
      target: `${kind}:ci-deploy/arn:aws:iam::123456789012:policy/Deny`,
    })
    expect(clauseOf(by('a managed policy', 'user-attachment'), by('a permissions boundary', 'user-boundary'))).toBe(
      'ci-deploy is no longer denied everything',
    )
  })

  it.each(Object.values(STEP_SAMPLES).map(({ text }) => [text]))('has words for the step %s', (text) => {
    const title = stepFor(text)?.title ?? ''
    expect(title).not.toBe('')
    expect(clauseOf({ title, target: text, from: 'Active' })).not.toMatch(UNNAMED)
  })

  it.each([
    'every session of role deploy ended that was issued by then',
    'every session of role deploy ended that was issued until now',
    'sessions of ci-deploy ended',
    'user ci-deploy restricted',
    `user ci-deploy ${NO_ROOM}grants of rights, new credentials`,
    'sessions a, b of role deploy restricted',
    `sessions a of role deploy ${NO_ROOM}grants of rights`,
    'every session, of whoever, issued from 2026-03-02T12:00:00.000Z to 2026-03-02T13:00:00.000Z of role deploy restricted',
    'backdoor denied everything, by an inline policy in account 210987654321',
  ])('has words for the title %s', (title) => expect(clauseOf({ title, target: 'user-policy:x/y' })).not.toMatch(UNNAMED))

  it.each([
    'key AKIA2J4QNVLHRYZBGUUA of ci-deploy was deleted. Call +1 555 0100',
    'sessions Call us. Now of role deploy ended',
    'sessions <!channel> of role deploy ended',
  ])('repeats no title that is none of ours: %s', (title) =>
    expect(clauseOf({ title, target: 'role-policy:x/y' })).toBe('a step that the record does not name in our words is taken back'),
  )

  it('says of no credential that it works again which was off before', () => {
    expect(clauseOf({ ...keyOf('ci-deploy', KEY), from: 'Inactive' })).toBe('a credential is as it was')
  })
})
