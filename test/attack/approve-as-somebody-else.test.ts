import { describe, expect, it } from 'vitest'
import { reviewEvent } from '../../functions/review-event.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { rotate } from '../../shared/contain/rotate/rotate.ts'
import { DENY_ALL, quarantinePolicyName, revocation } from '../../shared/contain/steps/quarantine.ts'
import { type Change, type ChangeDraft, chain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { memoryLog } from '../../shared/memory/log.ts'
import { memoryPressLog } from '../../shared/memory/press-log.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import { append, headOf, incidentSubject } from '../../shared/record/append.ts'
import { order, orderSubject } from '../../shared/record/orders.ts'
import { approve } from '../../shared/review/approve.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { actionId, type ButtonKind, buttonValue } from '../../shared/slack/button.ts'
import { press } from '../../shared/slack/press.ts'
import { signedPress } from '../../shared/slack/signed-press.ts'
import { ACCOUNT, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'
import { CHANNEL, formOf, pressedButton, SIGNING_SECRET, signed } from '../slack.ts'

const TS = '1700000000.000001'
const HOUR = 3_600_000

/** A contained incident, and the function review as it is deployed: whoever may invoke it sends it any event. */
async function world(policy: object = {}) {
  const of = await embedded({ policy: { slack: { approvers: [{ users: ['U0ALICE', 'U0BOB'] }] }, ...policy } })
  await of.respond([exposed()])
  const presses = memoryPressLog()
  const whispers: string[] = []
  const slack = {
    post: async () => TS,
    update: async () => {},
    remove: async () => {},
    postEphemeral: async (_: string, user: string) => void whispers.push(user),
    openForm: async () => {},
    membersOf: async () => [],
  }
  const handle = reviewEvent({
    async press(request, invocationId) {
      const pressed = await signedPress(request, invocationId, { ...of.ports, signingSecret: async () => SIGNING_SECRET, presses })
      if (pressed !== undefined) await press(pressed, { ...of.ports, slack: async () => slack, model: undefined })
      return undefined
    },
    notify: async () => {},
    share: async () => {},
    shareLater: async () => {},
  })
  let invocations = 0
  const incident = async () => {
    const [one] = await of.incidents()
    if (one === undefined) throw new Error('no incident')
    return one
  }
  return {
    ...of,
    incident,
    presses,
    /** lambda:InvokeFunction on review. */
    invoke: (event: unknown, invocationId = `r-${++invocations}`) => handle(event, { awsRequestId: invocationId }),
    /** What Slack would sign for a button of the message as it is now. */
    async bodyOf(user: string, kind: ButtonKind = 'legitimate') {
      const one = await incident()
      const button = { action_id: actionId(kind, false), value: buttonValue(one.id, revisionOf(one)) }
      return formOf(pressedButton(button, { user, ts: TS, channel: CHANNEL }))
    },
  }
}
type World = Awaited<ReturnType<typeof world>>

/** The event by which the function slack passes on a request. */
function passedOn(body: string, parts: { at?: number; secret?: string } = {}): object {
  const { headers } = signed(body, { at: NOW, ...parts })
  return {
    signed: {
      body: Buffer.from(body).toString('base64'),
      timestamp: headers['x-slack-request-timestamp'],
      signature: headers['x-slack-signature'],
    },
  }
}

const isContained = async ({ incident, account }: World) =>
  (await incident()).state === 'contained' && account.isRefused('ci-build', KEY) && account.isRefused('ci-build')

describe('an intruder who may invoke review and read the table approves as somebody else', () => {
  it('says in so many words who pressed: nobody is believed, and four eyes are not met', async () => {
    const of = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const { id, ...incident } = await of.incident()
    for (const user of ['U0ALICE', 'U0BOB']) {
      const said = { kind: 'legitimate', incidentId: id, revision: revisionOf({ id, ...incident }), user, channel: CHANNEL, ts: TS }
      await expect(of.invoke({ press: said })).rejects.toThrow()
      await expect(of.invoke(passedOn(await of.bodyOf(user), { secret: '0'.repeat(32) }))).rejects.toMatchObject({ code: 'press.unsigned' })
    }
    expect(await isContained(of)).toBe(true)
    // The twin differs in the secret.
    for (const user of ['U0ALICE', 'U0BOB']) await of.invoke(passedOn(await of.bodyOf(user)))
    expect((await of.incident()).state).toBe('released')
  })

  it('puts another user into what Slack signed for one: the signature no longer fits', async () => {
    const of = await world()
    const { signed: true_ } = passedOn(await of.bodyOf('U0STRANGER')) as { signed: object }
    const forged = { signed: { ...true_, body: Buffer.from(await of.bodyOf('U0ALICE')).toString('base64') } }
    await expect(of.invoke(forged)).rejects.toMatchObject({ code: 'press.unsigned' })
    expect(await isContained(of)).toBe(true)
  })

  it('plays back what Slack signed: it is taken once, and again only by the retries of the same invocation', async () => {
    const of = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const event = passedOn(await of.bodyOf('U0ALICE'))
    await of.invoke(event, 'r-first')
    const before = await of.ports.record.list(`INCIDENT#${(await of.incident()).id}`)
    await of.invoke(event, 'r-second')
    expect(await of.ports.record.list(`INCIDENT#${(await of.incident()).id}`)).toEqual(before)
    expect(await of.presses.claim('other', 'r-second', 0)).toBe(true)
    // A run that broke off is tried again by Lambda, with the same id.
    const again = await world()
    const interrupted = passedOn(await again.bodyOf('U0ALICE'))
    const { incidents } = again.ports
    Object.assign(again.ports, { incidents: { ...incidents, get: () => Promise.reject(new Error('killed')) } })
    await expect(again.invoke(interrupted, 'r-1')).rejects.toThrow('killed')
    Object.assign(again.ports, { incidents })
    await again.invoke(interrupted, 'r-2')
    expect(await isContained(again)).toBe(true)
    await again.invoke(interrupted, 'r-1')
    expect((await again.incident()).state).toBe('released')
  })

  it.each([
    ['an hour and four minutes old, as after the retries of Lambda', -HOUR - 4 * 60_000, 'released'],
    ['an hour and six minutes old', -HOUR - 6 * 60_000, 'contained'],
    ['from six minutes ahead, to be kept for later', 6 * 60_000, 'contained'],
  ])('keeps one for later: %s', async (_, ms, state) => {
    const of = await world()
    const event = passedOn(await of.bodyOf('U0ALICE'), { at: NOW + ms })
    await of.invoke(event).catch((cause: { code: string }) => expect(cause.code).toBe('press.unsigned'))
    expect((await of.incident()).state).toBe(state)
  })

  it('passes on what Slack signed and what is no press', async () => {
    const of = await world()
    for (const body of ['payload={}', 'x=1', formOf({ type: 'view_closed' })])
      await expect(of.invoke(passedOn(body))).rejects.toMatchObject({ code: 'press.unsigned' })
  })
})

/** What respond's role may do to an incident: write the item anew, and append to the incident's chain. */
function asRespond({ ports, incident }: World) {
  return {
    async write(parts: Partial<Incident>) {
      const { id } = await incident()
      const stored = await ports.incidents.get(id)
      if (stored === undefined) throw new Error('no incident')
      await ports.incidents.save({ ...stored.value, ...parts }, stored.version)
      return id
    },
    async append(draft: Pick<ChangeDraft, 'kind' | 'to'> & Partial<ChangeDraft>): Promise<Change> {
      const { id } = await incident()
      const said = { at: new Date(NOW).toISOString(), actor: 'slack:U0ALICE', target: `incident:${id}`, from: null, why: 'ours' }
      return append(ports.record, incidentSubject(id), { ...said, ...draft })
    },
  }
}

const VERDICT = { kind: 'legitimate', by: 'slack:U0ALICE', reason: 'ours', at: new Date(NOW).toISOString() } as const
const REVIEWER = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

describe('an intruder with the rights of respond has contained things restored', () => {
  it('by the state alone: people are asked, and what is contained stays so', async () => {
    const of = await world()
    const id = await asRespond(of).write({ state: 'releasing', verdict: VERDICT })
    await enforce(id, of.ports)
    expect(await of.incident()).toMatchObject({ state: 'asking' })
    expect((await of.incident()).decision.why.at(-1)).toContain('no order of a person stands for that')
    expect(of.account.isRefused('ci-build', KEY)).toBe(true)
    expect(of.account.isRefused('ci-build')).toBe(true)
    expect(of.notices.at(-1)?.kind).toBe('ask')
  })

  it('by a verdict in the incident’s chain: without an order for it nothing is restored; with one it is', async () => {
    for (const isOrdered of [false, true]) {
      const of = await world()
      const entry = await asRespond(of).append({ kind: 'verdict', from: { state: 'contained' }, to: 'releasing' })
      const id = await asRespond(of).write({ state: 'releasing', verdict: VERDICT, head: headOf(entry) })
      if (isOrdered) await order(id, { entry, to: 'release', at: entry.at }, of.ports.record)
      await enforce(id, of.ports)
      expect((await of.incident()).state).toBe(isOrdered ? 'released' : 'asking')
      expect(of.account.isRefused('ci-build', KEY)).toBe(!isOrdered)
    }
  })

  it('by a verdict that the next reviewer would carry out: that review carries out its own words alone', async () => {
    const of = await world()
    await asRespond(of).append({ kind: 'verdict', from: { state: 'contained' }, to: 'releasing' })
    of.setNow(NOW + 2 * 60_000)
    const { id } = await of.incident()
    await review(id, { kind: 'extend', by: arnOf('reviewer'), reason: 'looking' }, of.ports)
    expect(await isContained(of)).toBe(true)
  })

  it('by calling it released already: what stands is not taken away', async () => {
    const of = await world()
    await enforce(await asRespond(of).write({ state: 'released', verdict: VERDICT }), of.ports)
    expect(of.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it.each(['contained', 'asking'] as const)('by a verdict on a %s incident that looks old: the sweep restores nothing', async (state) => {
    const of = await world()
    const { decidedBy } = await of.incident()
    const old = NOW - 1000 * HOUR
    const parts = { state, verdict: VERDICT, updatedAt: old, containedAt: old, escalatedAt: old, pagedAt: old }
    const id = await asRespond(of).write({ ...parts, decidedBy: { ...decidedBy, time: old } })
    const log = memoryLog()
    const containInvoker = { contain: (one: string) => enforce(one, of.ports) }
    await sweep({ ...of.ports, log, containInvoker, rotateInvoker: undefined, backfillQueue: { backfill: async () => {} } })
    await enforce(id, of.ports)
    expect((await of.incident()).state).toBe(state)
    expect(log.entries.map(({ event }) => event)).toContain('release.unordered')
    expect(of.account.isRefused('ci-build', KEY)).toBe(true)
    expect(of.account.isRefused('ci-build')).toBe(true)
  })

  it('by an order that was carried out before, and ended with a question: it does not hold for the next release', async () => {
    const of = await world()
    const { id } = await of.incident()
    const { iam } = of.ports
    Object.assign(of.ports, {
      iam: { ...iam, setAccessKeyStatus: () => Promise.reject(Object.assign(new Error(), { name: 'AccessDenied' })) },
    })
    await review(id, REVIEWER, of.ports)
    Object.assign(of.ports, { iam })
    expect((await of.incident()).state).toBe('asking')
    await asRespond(of).write({ state: 'releasing' })
    await enforce(id, of.ports)
    expect((await of.incident()).state).toBe('asking')
    expect(of.account.isRefused('ci-build', KEY)).toBe(true)
    // The person who says it again is obeyed.
    of.setNow(NOW + 60_000)
    await review(id, { ...REVIEWER, reason: 'once more' }, of.ports)
    expect((await of.incident()).state).toBe('released')
  })

  it('by a first of two verdicts in the name of another: one person is not two', async () => {
    const of = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const { id } = await of.incident()
    const says = { says: 'legitimate', revision: revisionOf(await of.incident()), until: new Date(NOW + HOUR).toISOString() }
    await asRespond(of).append({ kind: 'endorsement', actor: 'slack:U0BOB', to: says })
    await of.invoke(passedOn(await of.bodyOf('U0ALICE')))
    expect(await isContained(of)).toBe(true)
    // The twin stands in the chain that respond may not write.
    const draft = { at: new Date(NOW).toISOString(), actor: 'slack:U0BOB', target: `incident:${id}`, from: null, why: 'ours' }
    const other = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    await append(other.ports.record, orderSubject(id), { ...draft, kind: 'endorsement', to: says })
    await other.invoke(passedOn(await other.bodyOf('U0ALICE')))
    expect((await other.incident()).state).toBe('released')
  })

  it('by an approval that nobody gave: the role’s trust stays; approved by a person, it is closed', async () => {
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    })
    const account = {
      ...oneUser(),
      RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, AssumeRolePolicyDocument: trust }],
    }
    const edgeId = 'iam:UpdateAssumeRolePolicy deploy'
    const of = await embedded({ account })
    await of.respond([call('iam:UpdateAssumeRolePolicy', { id: 'u', request: { roleName: 'deploy' } }), exposed()])
    const [first] = await of.incidents()
    const id = first?.id ?? ''
    const stored = await of.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    expect(stored.value.lineage.map((edge) => edge.id)).toContain(edgeId)
    await of.ports.incidents.save({ ...stored.value, state: 'containing', approved: [edgeId] }, stored.version)
    await enforce(id, of.ports)
    expect(await of.account.getTrust('deploy')).toBe(trust)
    expect((await of.incidents())[0]).toMatchObject({ state: 'contained', approved: [] })
    await approve(id, { edgeId, by: arnOf('reviewer'), reason: 'not ours' }, of.ports)
    expect(await of.account.getTrust('deploy')).toContain('CountersignOutside')
  })
})

/** An incident of a user whose keys the policy has made anew, what the user is denied, and the function rotate. */
async function rotatable() {
  const of = await world({ rotation: { users: [arnOf('ci-*')], graceHours: 24 } })
  const { id } = await of.incident()
  const rotateInvoker = { rotate: async () => {} }
  const log = memoryLog()
  const ports = { ...of.ports, log, rotateInvoker, vault: memoryVault() }
  return {
    ...of,
    id,
    ports,
    warned: () => log.entries.filter(({ level }) => level === 'warn').map(({ event }) => event),
    ownDeny: () => of.account.getUserPolicy('ci-build', quarantinePolicyName(id)),
    keys: async () => (await of.account.listAccessKeys('ci-build')).map((key) => key.id),
    confirm: () => review(id, { kind: 'compromised', by: arnOf('reviewer'), reason: 'leaked' }, ports),
    /** What the sweep invokes for an incident that says `rotating`. */
    async goOn() {
      await enforce(id, ports)
      await rotate(id, ports)
    },
  }
}

describe('an intruder with the rights of respond has a deny taken off by a rotation', () => {
  const saidAt = (ms: number) =>
    ({ kind: 'compromised', by: 'slack:U0ALICE', reason: 'ours', at: new Date(NOW - ms).toISOString() }) as const

  it.each([0, 40])(
    'by the state alone, with a verdict %i hours ago: nothing is narrowed, no key is made, and people are asked',
    async (hours) => {
      const of = await rotatable()
      const before = [await of.ownDeny(), await of.keys()]
      await asRespond(of).write({ state: 'rotating', verdict: saidAt(hours * HOUR) })
      await rotate(of.id, of.ports)
      expect(of.warned()).toEqual(['rotate.unordered'])
      await of.goOn()
      expect([await of.ownDeny(), await of.keys()]).toEqual(before)
      expect(before[0]).toBe(DENY_ALL)
      expect(await of.incident()).toMatchObject({ state: 'asking' })
      expect(of.notices.at(-1)).toMatchObject({ kind: 'ask', body: expect.stringContaining('no order of a person stands for that') })
    },
  )

  it('by a verdict in the incident’s chain: without an order for it nothing is narrowed; with one the time is that of the order', async () => {
    for (const isOrdered of [false, true]) {
      const of = await rotatable()
      const at = new Date(NOW - 40 * HOUR).toISOString()
      const entry = await asRespond(of).append({ kind: 'verdict', from: { state: 'contained' }, to: 'rotating', at })
      await asRespond(of).write({ state: 'rotating', verdict: saidAt(40 * HOUR), head: headOf(entry) })
      if (isOrdered) await order(of.id, { entry, to: 'rotate', at: new Date(NOW).toISOString() }, of.ports.record)
      await of.goOn()
      expect(await of.ownDeny()).toBe(isOrdered ? revocation({ issuedBefore: NOW, names: [] }) : DENY_ALL)
      expect((await of.incident()).state).toBe(isOrdered ? 'rotating' : 'asking')
      expect((await of.keys()).length).toBe(isOrdered ? 2 : 1)
      expect((await of.keys())[0]).toBe(KEY)
    }
  })

  it('by the date of a verdict that the person’s own words complete: their order has the time at which they said it', async () => {
    const of = await rotatable()
    const at = new Date(NOW - 40 * HOUR).toISOString()
    await asRespond(of).append({ kind: 'verdict', actor: arnOf('reviewer'), from: { state: 'contained' }, to: 'rotating', at })
    await of.confirm()
    await asRespond(of).write({ verdict: saidAt(40 * HOUR) })
    await of.goOn()
    expect(await of.ownDeny()).toBe(revocation({ issuedBefore: NOW, names: [] }))
  })

  it('by an order that was carried out before: what was contained anew since stays denied', async () => {
    const of = await rotatable()
    expect((await of.confirm()).state).toBe('rotating')
    await of.goOn()
    expect(await of.ownDeny()).toBe(revocation({ issuedBefore: NOW, names: [] }))
    await asRespond(of).append({ kind: 'state', actor: 'countersign:contain', from: 'containing', to: 'contained' })
    await asRespond(of).write({ state: 'rotating' })
    of.setNow(NOW + 40 * HOUR)
    await of.goOn()
    expect(await of.ownDeny()).toBe(revocation({ issuedBefore: NOW, names: [] }))
    expect((await of.incident()).state).toBe('asking')
    // The person who says it again is obeyed.
    expect((await of.confirm()).state).toBe('rotating')
    of.setNow(NOW + 77 * HOUR)
    await of.goOn()
    expect(await of.ownDeny()).toBeUndefined()
  })
})

describe('an intruder with the rights of respond has contain write what it writes into the incident’s chain', () => {
  const ALLOW = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
  const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
  const TRUST = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  })

  it.each([
    ['its key is Active', () => `access-key:ci-build/${KEY}`, 'Active'],
    ['a policy of any name allows everything', () => 'user-policy:ci-build/mine', ALLOW],
    ['a policy of any name denies everything', () => 'user-policy:ci-build/mine', DENY_ALL],
    ['the policy of the quarantine allows everything', (id: string) => `user-policy:ci-build/${quarantinePolicyName(id)}`, ALLOW],
    ['the policy of the quarantine is gone', (id: string) => `user-policy:ci-build/${quarantinePolicyName(id)}`, null],
    [
      'the policy of the quarantine denies sessions of long ago',
      (id: string) => `user-policy:ci-build/${quarantinePolicyName(id)}`,
      revocation({ issuedBefore: 0, names: [] }),
    ],
    ['its boundary is a policy of AWS', () => `user-boundary:ci-build/${ADMIN}`, ADMIN],
    ['a role is open to everybody', () => `role-trust:deploy/${ACCOUNT}`, TRUST],
  ])('that %s: nothing is set, and people are told', async (_, targetOf, to) => {
    for (const isDone of [false, true]) {
      const of = await world()
      const { id } = await of.incident()
      const target = targetOf(id)
      const writes: string[] = []
      const iam = new Proxy(of.ports.iam, {
        get: (port, name) => {
          const call = Reflect.get(port, name)
          return typeof call !== 'function' || !/^(set|put|attach|detach|delete)/.test(String(name))
            ? call
            : (...given: unknown[]) => {
                writes.push(String(name))
                return call.apply(port, given)
              }
        },
      })
      const said = { actor: 'countersign:contain', target, from: null, to } as const
      await asRespond(of).append({ ...said, kind: 'step-planned' })
      if (isDone) await asRespond(of).append({ ...said, kind: 'step-done' })
      of.setNow(NOW + HOUR)
      await enforce(id, { ...of.ports, iam })
      expect(writes).toEqual([])
      expect(await isContained(of)).toBe(true)
      expect(of.notices.at(-1)?.body.includes(target)).toBe(isDone)
    }
  })
})

describe('an incident whose keys 0.1.0 was rotating when it was updated', () => {
  it('keeps what is denied, people are asked again, and their answer is carried out', async () => {
    const of = await rotatable()
    const { v: _, ...entry } = chain(incidentSubject(of.id), headOf((await of.ports.record.list(incidentSubject(of.id))).at(-1)), {
      at: VERDICT.at,
      actor: VERDICT.by,
      kind: 'verdict',
      target: `incident:${of.id}`,
      from: { state: 'contained' },
      to: 'rotating',
      why: 'leaked',
    })
    await of.ports.record.append(entry)
    await asRespond(of).write({ state: 'rotating', verdict: { ...VERDICT, kind: 'compromised' } })
    await of.goOn()
    expect(await of.ownDeny()).toBe(DENY_ALL)
    expect(of.notices.at(-1)?.body).toContain('0.1.0 wrote none')
    of.setNow(NOW + HOUR)
    expect((await of.confirm()).state).toBe('rotating')
    await of.goOn()
    expect(await of.ownDeny()).toBe(revocation({ issuedBefore: NOW + HOUR, names: [] }))
  })
})

describe('an incident that 0.1.0 was releasing when it was updated', () => {
  it('is not stuck: the verdict has no order, people are asked again, and their answer is carried out', async () => {
    const of = await world()
    const { id } = await of.incident()
    const { v: _, ...entry } = chain(incidentSubject(id), headOf((await of.ports.record.list(incidentSubject(id))).at(-1)), {
      at: VERDICT.at,
      actor: VERDICT.by,
      kind: 'verdict',
      target: `incident:${id}`,
      from: { state: 'contained' },
      to: 'releasing',
      why: 'ours',
    })
    await of.ports.record.append(entry)
    await asRespond(of).write({ state: 'releasing', verdict: VERDICT })
    await enforce(id, of.ports)
    expect((await of.incident()).state).toBe('asking')
    expect(of.notices.at(-1)?.body).toContain('0.1.0 wrote none')
    await review(id, REVIEWER, of.ports)
    expect((await of.incident()).state).toBe('released')
    expect(of.account.isRefused('ci-build', KEY)).toBe(false)
  })
})
