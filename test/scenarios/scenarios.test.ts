import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRestriction } from '../../shared/contain/steps/quarantine.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { isStronger } from '../../shared/domain/action.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { slackFaults, storyFaults, textFaults } from '../story-faults.ts'
import { Scenario } from './case.ts'
import { play, scenarioIn, strongest } from './play.ts'

/** The stack whose commands the messages print. */
const STACK = { name: 'Countersign', region: 'us-east-1' }

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))

/** What CloudTrail writes in place of parameters that are too long. */
const LEFT_OUT = { omitted: true, originalSize: 120_001, reason: 'requestParameters too large' }

/** The scenario after CloudTrail left the parameters of the calls that a detector looks at out. */
function withoutParameters(scenario: Scenario, { actions = [] }: { actions?: readonly string[] | undefined }): Scenario {
  const events = scenario.events.map((event) => ('call' in event && actions.includes(event.call) ? { ...event, request: LEFT_OUT } : event))
  return { ...scenario, events }
}

/** Why a detector that looks at named calls is silent without the parameters, and nothing fires in its place. */
const SILENT_WITHOUT: Readonly<Record<string, string>> = {
  'new-peer': 'the parameters say which role is new; the assumption counts by itself',
  'objects-outside-habit': 'the names say what is outside a habit; how many are read is counted without them',
  'role-enumeration': 'refused calls that name no role may be one that is tried again',
}

/** A document is stored as an object or as its text. */
function isRestricting(document: unknown): boolean {
  return isRestriction(typeof document === 'string' ? document : JSON.stringify(document))
}

describe('scenarios', () => {
  it.each(files)('%s', async (file) => {
    const scenario = scenarioIn(file)
    const { expect: wanted } = scenario
    const { outcomes, incidents, stories, policy, picture, notices } = await play(scenario)
    for (const known of stories) {
      expect(storyFaults(known)).toEqual([])
      const isHigh = known.incident.decision.would === 'contain'
      expect(slackFaults(messageOf({ ...known, policy, stack: STACK }), { isHigh })).toEqual([])
    }
    for (const { body } of notices) expect(textFaults(body)).toEqual([])
    const fired = [...new Set(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector)))]
    if (wanted.detectors !== undefined) expect(fired).toEqual(expect.arrayContaining(wanted.detectors))
    for (const detector of wanted.not ?? []) expect(fired).not.toContain(detector)
    const would = strongest(outcomes)
    if (wanted.would !== undefined) expect(would).toBe(wanted.would)
    if (wanted.incidents !== undefined) expect(incidents).toHaveLength(wanted.incidents)
    const [incident] = incidents
    if (wanted.decision !== undefined) expect(incident?.decision.action ?? 'observe').toBe(wanted.decision)
    if (wanted.state !== undefined) expect(incident?.state).toBe(wanted.state)
    if (wanted.why !== undefined) expect(incident?.decision.why.join('; ')).toContain(wanted.why)
    if (wanted.notices !== undefined) expect(notices.map(({ kind }) => kind)).toEqual(wanted.notices)
    if (wanted.priority !== undefined) expect(incident?.priority).toBe(wanted.priority)
    if (wanted.inactive !== undefined) {
      expect(
        picture.AccessKeys.filter(({ Status }) => Status === 'Inactive')
          .map(({ AccessKeyId }) => AccessKeyId)
          .sort(),
      ).toEqual([...wanted.inactive].sort())
    }
    if (wanted.denied !== undefined) {
      const denied = picture.UserDetailList.filter(({ UserPolicyList }) =>
        UserPolicyList.some(
          ({ PolicyName, PolicyDocument }) => PolicyName.startsWith('CountersignQuarantine') && !isRestricting(PolicyDocument),
        ),
      )
      expect(denied.map(({ UserName }) => UserName)).toEqual(wanted.denied)
    }
    if (wanted.revoked !== undefined) {
      const revoked = picture.RoleDetailList.filter(({ RolePolicyList }) =>
        RolePolicyList.some(
          ({ PolicyName, PolicyDocument }) => PolicyName.startsWith('CountersignRevoke') && !isRestricting(PolicyDocument),
        ),
      )
      expect(revoked.map(({ RoleName }) => RoleName)).toEqual(wanted.revoked)
    }
    if (wanted.restricted !== undefined) {
      const users = picture.UserDetailList.map(({ UserName, UserPolicyList }) => ({ name: UserName, policies: UserPolicyList }))
      const roles = picture.RoleDetailList.map(({ RoleName, RolePolicyList }) => ({ name: RoleName, policies: RolePolicyList }))
      const restricted = [...users, ...roles].filter(({ policies }) => policies.some(({ PolicyDocument }) => isRestricting(PolicyDocument)))
      expect(restricted.map(({ name }) => name)).toEqual(wanted.restricted)
    }
  })

  it('has a case that fires and a near miss for every detector', () => {
    const names = new Set(files.map((file) => basename(file, '.json')))
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(40)
    for (const { id } of CATALOGUE) {
      for (const kind of ['fires', 'near-miss']) expect(names, `test/scenarios/${id}.${kind}.json`).toContain(`${id}.${kind}`)
      const read = (kind: string) => scenarioIn(`${id}.${kind}.json`).expect
      expect(read('fires').detectors).toContain(id)
      expect(read('near-miss').not).toContain(id)
    }
  })
})

describe('a call whose parameters CloudTrail left out', () => {
  const named = CATALOGUE.filter(
    ({ actions, isConfirmed, looksAt }) => actions !== undefined && isConfirmed !== true && looksAt === undefined,
  )

  it.each(named.map((detector) => [detector.id, detector] as const))('is not taken for harmless: %s', async (id, detector) => {
    const scenario = scenarioIn(`${id}.fires.json`)
    const [readable, unreadable] = [await play(scenario), await play(withoutParameters(scenario, detector))]
    const fired = unreadable.outcomes.flatMap(({ findings }) => findings.map((finding) => finding.detector))
    const would = strongest(unreadable.outcomes)
    switch (detector.readsRequest) {
      case undefined:
        if (SILENT_WITHOUT[id] === undefined) expect(fired.some((one) => one === id || one === 'parameters-left-out')).toBe(true)
        break
      case 'rights':
        expect(fired).toContain('parameters-left-out')
        expect([would, isStronger('ask', would)]).toEqual([would, false])
        break
      case 'harm':
        expect(fired).toContain('parameters-left-out')
        expect([would, isStronger('notify', would)]).toEqual([would, false])
    }
    expect(strongest(readable.outcomes)).not.toBe('observe')
  })

  it.each(named.flatMap(({ readsRequest, actions = [] }) => (readsRequest === 'rights' ? actions : [])).map((action) => [action] as const))(
    'asks about what %s may have granted',
    async (call) => {
      const { outcomes } = await play(Scenario.parse({ title: 'one unreadable call', events: [{ call, request: LEFT_OUT }], expect: {} }))
      const would = strongest(outcomes)
      expect([would, isStronger('ask', would)]).toEqual([would, false])
    },
  )
})
