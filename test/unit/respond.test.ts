import { describe, expect, it } from 'vitest'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { packState } from '../../shared/domain/state-codec.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, opinionOf } from '../embedded.ts'
import { allow, userWith } from '../reach.ts'

const answering = (likelihood: number): Advisor & { asked: number } => {
  const advisor = {
    asked: 0,
    async advise() {
      advisor.asked += 1
      return { kind: 'answered' as const, ...opinionOf(likelihood) }
    },
  }
  return advisor
}

describe('responding', () => {
  it('throws where the policy cannot be read while an owner is looked up: the failure is no unhandled one, which would end the process', async () => {
    const unhandled: unknown[] = []
    const note = (cause: unknown) => unhandled.push(cause)
    process.on('unhandledRejection', note)
    const world = await embedded({
      iam: (iam) => ({
        ...iam,
        async ownerOf(keyId) {
          // Longer than it takes Node to report a rejection that nobody handles.
          await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
          return iam.ownerOf(keyId)
        },
      }),
    })
    const failing = { ...world.ports, record: { ...world.ports.record, last: () => Promise.reject(new Error('the table is away')) } }
    await expect(pipeline(failing)([exposed()])).rejects.toThrow('the table is away')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('has the fast path ask no advisor', async () => {
    const advisor = answering(0)
    const { incidents } = await embedded({
      advisor,
      policy: { advisor: { enabled: true, band: [0, 100], maxShift: 30, deadlineSeconds: 1 } },
    }).then(async (world) => {
      await world.respond([exposed()])
      return { incidents: await world.incidents() }
    })
    expect(advisor.asked).toBe(0)
    expect(incidents[0]?.state).toBe('contained')
  })

  it('lets the advisor bring about a question, and asks once for the same evidence', async () => {
    const advisor = answering(100)
    const world = await embedded({
      advisor,
      policy: {
        thresholds: { notify: 25, ask: 65, restrict: 85, contain: 85 },
        advisor: { enabled: true, band: [40, 84], maxShift: 15, deadlineSeconds: 1 },
      },
    })
    const create = (id: string) => call('iam:CreateUser', { id, request: { userName: id } })
    await world.respond([create('a'), create('b'), create('c')])
    const [incident] = await world.incidents()
    expect(incident?.assessment).toMatchObject({ baseRisk: 55, risk: 70, opinion: { kind: 'answered', shift: 15 } })
    expect(incident?.state).toBe('asking')
    expect(advisor.asked).toBe(1)
  })

  it('keeps the deterministic risk where the advisor does not answer, and asks no second time for the same evidence', async () => {
    let asked = 0
    const advisor: Advisor = {
      async advise() {
        asked += 1
        return { kind: 'fallback', cause: 'late' }
      },
    }
    const world = await embedded({ advisor })
    await world.respond([call('iam:CreateUser', { id: 'a' }), call('iam:CreateUser', { id: 'b' })])
    expect((await world.incidents())[0]?.assessment).toMatchObject({ risk: 55, opinion: { kind: 'fallback', cause: 'late' } })
    expect(asked).toBe(1)
  })

  it('does not have an advisor contain, nor a contained incident step back', async () => {
    const advisor = { enabled: true, band: [0, 100], maxShift: 30, deadlineSeconds: 1 }
    const risen = async (restrict: number) => {
      const up = await embedded({
        advisor: answering(100),
        policy: { version: 3, thresholds: { notify: 10, ask: 20, restrict, contain: 60 }, advisor },
      })
      await up.respond([call('iam:CreateUser', { id: 'a' })])
      return (await up.incidents())[0]
    }
    // At most it restricts; where the policy restricts nothing, it asks.
    expect(await risen(58)).toMatchObject({ state: 'restricted', decision: { would: 'restrict' }, assessment: { risk: 85 } })
    expect(await risen(60)).toMatchObject({ state: 'asking', decision: { would: 'ask' }, assessment: { risk: 85 } })
    const down = await embedded({ policy: { advisor: { enabled: false, band: [1, 2], maxShift: 0, deadlineSeconds: 1 } } })
    await down.respond(ATTACK)
    await down.respond([call('iam:CreateUser', { id: 'later', time: NOW + 9000 })])
    expect((await down.incidents())[0]?.state).toBe('contained')
  })

  it('gives back an input that cannot be read, and one whose key owner cannot be looked up', async () => {
    const { ports } = await embedded({
      iam: (iam) => ({ ...iam, ownerOf: () => Promise.reject(Object.assign(new Error('x'), { name: 'Throttling' })) }),
    })
    const { failed } = await pipeline(ports)([{}, exposed(), call('s3:ListBuckets', { id: 'ok' })])
    expect([...failed.keys()]).toEqual([0, 1])
    expect(failed.get(1)).toContain('Throttling')
    const odd = await pipeline({ ...ports, iam: { ...ports.iam, ownerOf: () => Promise.reject(7) } })([exposed()])
    expect(odd.failed.get(0)).toContain('unknown error')
  })

  it("ignores the responder's own calls", async () => {
    const { ports } = await embedded()
    const userIdentity = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/ContainRole/Countersign-contain`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIACONTAINSESSION01',
      sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/ContainRole`, userName: 'ContainRole' } },
    }
    const own = { ...NOT_DEPLOYED, sessions: new Set([userIdentity.arn]) }
    const result = await pipeline(ports, own)(ATTACK.map((record) => ({ ...record, userIdentity })))
    expect(result).toMatchObject({ ignored: 3, outcomes: [] })
  })

  it('gives back the inputs of an identity that cannot be evaluated now, and works on the others', async () => {
    const { ports, incidents } = await embedded()
    const run = pipeline({
      ...ports,
      iam: {
        ...ports.iam,
        policiesOf: ({ name }) =>
          name === 'ci-build' ? Promise.reject(new Error('down')) : ports.iam.policiesOf({ id: '', kind: 'iam-user', name, account: '' }),
      },
    })
    const { failed } = await run([...ATTACK, call('iam:CreateUser', { id: 'other', user: 'bystander', key: 'AKIABYSTANDER0000001' })])
    expect([...failed.keys()]).toEqual([0, 1, 2])
    expect(failed.get(0)).toBe('Error: down')
    expect((await incidents()).map(({ identity }) => identity.name)).toEqual(['bystander'])
    expect((await ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state).toBeUndefined()
    const odd = await pipeline({ ...ports, iam: { ...ports.iam, policiesOf: () => Promise.reject('text') } })(ATTACK)
    expect(odd.failed.get(0)).toBe('unknown error')
  })

  it('goes the slower way where the fast path fails, and contains all the same', async () => {
    const { ports, account } = await embedded()
    let saves = 0
    const incidents = {
      ...ports.incidents,
      save: (...words: Parameters<typeof ports.incidents.save>) => (++saves === 1 ? Promise.reject(saves) : ports.incidents.save(...words)),
    }
    await pipeline({ ...ports, incidents })([exposed()])
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    const again = await embedded()
    let tries = 0
    const flaky = {
      ...again.ports.incidents,
      save: (...words: Parameters<typeof ports.incidents.save>) =>
        ++tries === 1 ? Promise.reject(new Error('x')) : again.ports.incidents.save(...words),
    }
    await pipeline({ ...again.ports, incidents: flaky })([exposed()])
    expect(again.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('calls contain again where an earlier batch broke off before its call', async () => {
    const { ports, called } = await embedded({ callsContain: false })
    const dead = { ...ports, containInvoker: { contain: () => Promise.reject(new Error('throttled')) } }
    expect((await pipeline(dead)([exposed()])).failed.size).toBe(1)
    await pipeline(ports)([exposed()])
    expect(called).toHaveLength(1)
  })

  it('writes the first entry of a chain that an earlier batch did not get to', async () => {
    const { ports, incidents } = await embedded({ callsContain: false })
    let isBroken = true
    const record = {
      ...ports.record,
      append: (change: Parameters<typeof ports.record.append>[0]) =>
        isBroken ? Promise.reject(new Error('x')) : ports.record.append(change),
    }
    await pipeline({ ...ports, record })(ATTACK)
    isBroken = false
    await pipeline({ ...ports, record })(ATTACK)
    const [incident] = await incidents()
    expect((await ports.record.list(incidentSubject(incident?.id ?? ''))).length).toBeGreaterThan(0)
  })

  it('has the batch delivered again where another responder wrote the state first', async () => {
    const { ports } = await embedded()
    const { failed } = await pipeline({ ...ports, identities: { ...ports.identities, saveState: async () => false } })([
      call('s3:ListBuckets', { id: 'a' }),
    ])
    expect(failed.get(0)).toContain('another responder')
  })

  it('fails the input when an incident can be neither created nor found', async () => {
    const { ports } = await embedded()
    const incidents = { ...ports.incidents, save: async () => false, get: async () => undefined }
    expect((await pipeline({ ...ports, incidents })(ATTACK)).failed.get(0)).toContain('could be neither created nor found')
  })

  it('gives up where an incident is changed by others again and again, or is gone', async () => {
    const { ports } = await embedded({ callsContain: false })
    await pipeline(ports)(ATTACK.slice(0, 1))
    const busy = { ...ports.incidents, save: async () => false }
    expect((await pipeline({ ...ports, incidents: busy })(ATTACK.slice(1))).failed.get(0)).toContain('another writer was first in')
    let reads = 0
    const gone = {
      ...ports.incidents,
      save: async () => false,
      get: (id: string) => (++reads > 1 ? Promise.resolve(undefined) : ports.incidents.get(id)),
    }
    expect((await pipeline({ ...ports, incidents: gone })(ATTACK.slice(1))).failed.get(0)).toContain('is gone from the table')
  })

  it('adds to what another responder found meanwhile, and loses neither', async () => {
    const { ports, incidents } = await embedded({ callsContain: false, policy: { mode: 'ask' } })
    await pipeline(ports)(ATTACK.slice(0, 1))
    const [first] = await incidents()
    let isFirst = true
    const racing = {
      ...ports.incidents,
      async save(...words: Parameters<typeof ports.incidents.save>) {
        if (isFirst) {
          isFirst = false
          const stored = await ports.incidents.get(first?.id ?? '')
          const finding = first?.findings[0]
          if (stored !== undefined && finding !== undefined) {
            const found = { ...finding, detector: 'found-meanwhile', weight: 0.9 }
            await ports.incidents.save(
              { ...stored.value, findings: [...stored.value.findings, found], assessment: { ...stored.value.assessment, risk: 99.9 } },
              stored.version,
            )
          }
        }
        return ports.incidents.save(...words)
      },
    }
    await pipeline({ ...ports, incidents: racing })(ATTACK.slice(1, 2))
    const detectors = (await incidents())[0]?.findings.map(({ detector }) => detector)
    expect(detectors).toEqual(expect.arrayContaining(['found-meanwhile', 'user-created', 'admin-policy-granted']))
    expect((await incidents())[0]?.assessment.risk).toBe(99.9)
  })

  it('judges by observation where policies are not known, and by policies where they are', async () => {
    const unknown = await embedded({ iam: (iam) => ({ ...iam, policiesOf: async () => undefined }) })
    await unknown.respond(ATTACK)
    expect((await unknown.incidents())[0]?.blastRadius).toMatchObject({ basis: 'observed' })
    const id = 'arn:aws:iam::123456789012:user/ci-build'
    const holder = { ...userWith('ci-build', allow('*')), id }
    const policiesOf = async () => ({ account: { holders: [holder], controls: [] }, id })
    const known = await embedded({ iam: (iam) => ({ ...iam, policiesOf }) })
    await known.respond([exposed(), ...ATTACK])
    const { score, basis, reasons } = (await known.incidents())[0]?.blastRadius ?? {}
    expect([score, basis, reasons?.[0]]).toEqual([100, 'policies', 'may do everything'])
  })

  it('has contain see a second key that a watched identity is found to use', async () => {
    const world = await embedded({ policy: { mode: 'observe' } })
    await world.respond(ATTACK)
    await world.respond([call('iam:CreateUser', { id: 'k2', time: NOW + 5000, key: 'AKIASECONDKEY0000001' })])
    expect((await world.incidents())[0]?.credentials.map(({ id }) => id)).toEqual([KEY, 'AKIASECONDKEY0000001'])
  })

  it('correlates what a key that was made does with the incident of its maker', async () => {
    const world = await embedded({ policy: { mode: 'ask' } })
    await world.respond([
      call('iam:CreateAccessKey', {
        id: 'm',
        request: { userName: 'bystander' },
        response: { accessKey: { userName: 'bystander', accessKeyId: 'AKIANEWKEY0000000001' } },
      }),
    ])
    await world.respond([call('cloudtrail:StopLogging', { id: 'n', time: NOW + 1000, user: 'bystander', key: 'AKIANEWKEY0000000001' })])
    const all = await world.incidents()
    expect(all).toHaveLength(1)
    // The key is an edge of the lineage; the incident stays that of its maker.
    expect(all[0]?.identity.name).toBe('ci-build')
    expect(all[0]?.lineage.map(({ id }) => id)).toEqual(['AKIANEWKEY0000000001'])
    expect(all[0]?.findings.map(({ detector }) => detector)).toContain('logging-tampered')
    const together = await embedded({ policy: { mode: 'ask' } })
    await together.respond([
      call('iam:CreateAccessKey', {
        id: 'm',
        request: { userName: 'bystander' },
        response: { accessKey: { userName: 'bystander', accessKeyId: 'AKIANEWKEY0000000001' } },
      }),
      call('cloudtrail:StopLogging', { id: 'n', time: NOW + 1000, user: 'bystander', key: 'AKIANEWKEY0000000001' }),
    ])
    expect(await together.incidents()).toHaveLength(1)
  })
})

describe('bootstrapping a baseline', () => {
  const past = Array.from({ length: 60 }, (_, at) => call('s3:ListBuckets', { id: `p${at}`, time: NOW - (60 - at) * 4 * 3_600_000 }))

  it('learns the past of a key once, and accuses nobody', async () => {
    const { ports, incidents } = await embedded()
    const asking = { ...ports, history: { lookup: async () => [...past, ...ATTACK, 'junk'] } }
    expect(await bootstrap({ accessKeyId: KEY }, asking)).toBe(63)
    const state = (await ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state?.value
    expect(state?.baseline).toMatchObject({ calls: 63, firstSeen: NOW - 240 * 3_600_000 })
    expect(await bootstrap({ accessKeyId: KEY }, asking)).toBe(0)
    expect(await incidents()).toEqual([])
    expect(packState(state as NonNullable<typeof state>)).toContain(KEY)
  })

  it('does not ask CloudTrail about a key that was learned, however often it is told of it', async () => {
    const { ports } = await embedded()
    let asked = 0
    const history = {
      async lookup() {
        asked++
        return past
      },
    }
    for (const identityId of [arnOf('ci-build'), arnOf('ci-build')])
      await bootstrap({ accessKeyId: KEY, identityId }, { ...ports, history })
    expect(asked).toBe(1)
    await bootstrap({ accessKeyId: 'AKIAOTHERKEY00000001', identityId: arnOf('ci-build') }, { ...ports, history })
    expect(asked).toBe(2)
  })

  it('knows as a habit what the key did on many days, the history being newest first', async () => {
    const { ports, respond } = await embedded()
    const request = { userName: 'ci-build', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
    const attached = (id: string, time: number) => call('iam:AttachUserPolicy', { id, time, request })
    const daily = [4, 3, 2, 1].map((days) => attached(`d${days}`, NOW - days * 86_400_000))
    const weightAfter = async (records: readonly object[]) => {
      const world = records.length === 0 ? await embedded() : { ports, respond }
      await bootstrap({ accessKeyId: KEY }, { ...world.ports, history: { lookup: async () => [...past, ...records].toReversed() } })
      const { outcomes } = await world.respond([attached('now', NOW)])
      return outcomes[0]?.findings.find(({ detector }) => detector === 'admin-policy-granted')?.weight
    }
    expect(await weightAfter([])).toBeCloseTo(0.6)
    expect(await weightAfter(daily)).toBeCloseTo(0.6 * 0.3)
  })

  it('does not count twice what was seen live', async () => {
    const { ports, respond } = await embedded()
    await respond(past.slice(-1))
    expect(await bootstrap({ accessKeyId: KEY }, { ...ports, history: { lookup: async () => past } })).toBe(59)
  })

  it('learns nothing of a key without a past, and starts anew where another wrote the state', async () => {
    const { ports } = await embedded()
    expect(await bootstrap({ accessKeyId: KEY }, ports)).toBe(0)
    let saves = 0
    const identities = {
      ...ports.identities,
      saveState: (...words: Parameters<typeof ports.identities.saveState>) =>
        ++saves < 3 ? Promise.resolve(false) : ports.identities.saveState(...words),
    }
    expect(await bootstrap({ accessKeyId: KEY }, { ...ports, identities, history: { lookup: async () => past } })).toBe(60)
    const busy = { ...ports.identities, saveState: async () => false }
    await expect(
      bootstrap(
        { accessKeyId: 'AKIAOTHERKEY00000001' },
        {
          ...ports,
          identities: busy,
          history: {
            lookup: async () =>
              past.map((record) => ({
                ...record,
                userIdentity: { type: 'IAMUser', userName: 'x', accountId: '1', accessKeyId: 'AKIAOTHERKEY00000001' },
              })),
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'identity.conflict' })
  })

  it('is asked for when a long-lived key is seen for the first time', async () => {
    const { ports } = await embedded()
    const asked: string[][] = []
    const run = pipeline({ ...ports, bootstrapQueue: { bootstrap: async (...words) => void asked.push(words) } })
    await run([call('s3:ListBuckets', { id: 'a' }), call('s3:ListBuckets', { id: 'b' })])
    await run([call('s3:ListBuckets', { id: 'c' })])
    expect(asked).toEqual([[KEY, arnOf('ci-build')]])
  })
})
