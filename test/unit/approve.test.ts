import { describe, expect, it } from 'vitest'
import { pendingOf } from '../../shared/contain/pending.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { approve } from '../../shared/review/approve.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, NOW, oneUser } from '../embedded.ts'

const CHANGE = 'iam:UpdateAssumeRolePolicy deploy'
const OUTSIDE = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Pipeline', Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999999999999:root' }, Action: 'sts:AssumeRole' },
  ],
}

/** A contained incident whose credential opened role `deploy` to another account. */
async function opened(policy: object = {}, trust: object | string = OUTSIDE) {
  const role = { RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, AssumeRolePolicyDocument: trust }
  const account = { ...oneUser(), RoleDetailList: [role] }
  const world = await embedded({ account, policy })
  await world.respond([
    ...ATTACK,
    call('iam:UpdateAssumeRolePolicy', {
      id: 'd1',
      time: NOW + 3000,
      request: { roleName: 'deploy', policyDocument: JSON.stringify(OUTSIDE) },
    }),
    call('lambda:AddPermission', { id: 'd2', time: NOW + 4000, request: { functionName: 'report' } }),
  ])
  const [incident] = await world.incidents()
  const id = incident?.id ?? ''
  const say = (edgeId: string, by = arnOf('reviewer')) => approve(id, { edgeId, by, reason: 'not ours' }, world.ports)
  const now = async () => {
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    return stored.value
  }
  const trustNow = async () => JSON.parse((await world.account.getTrust('deploy')) ?? '')
  return { world, id, say, now, trustNow }
}

describe('a role that an intruder opened', () => {
  it('stays as it is until a person approves', async () => {
    const { now, trustNow } = await opened()
    expect((await now()).state).toBe('contained')
    expect(await trustNow()).toEqual(OUTSIDE)
    expect(pendingOf(await now())).toEqual([
      `${CHANGE}: approve, and it is closed to principals from outside the account`,
      'lambda:AddPermission report: see what it opened, and set it back',
    ])
  })

  it('is then closed to everybody from outside the account, whatever mode its own tier has, and given back on release', async () => {
    const tiers = [{ name: 'roles', match: { arns: ['*:role/*'] }, mode: 'observe' }]
    const { world, id, say, now, trustNow } = await opened({ tiers })
    await say(CHANGE)
    expect((await now()).state).toBe('contained')
    expect((await trustNow()).Statement).toEqual([
      ...OUTSIDE.Statement,
      {
        Sid: 'CountersignOutside',
        Effect: 'Deny',
        Principal: '*',
        Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
        Condition: { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT }, BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } },
      },
    ])
    expect(pendingOf(await now())).toHaveLength(1)
    const chain = await world.ports.record.list(incidentSubject(id))
    expect(chain.find(({ kind }) => kind === 'approval')).toMatchObject({ actor: arnOf('reviewer'), to: [CHANGE], why: 'not ours' })
    await review(id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, world.ports)
    expect(await trustNow()).toEqual(OUTSIDE)
  })

  it('takes a trust policy with a single statement too', async () => {
    const { say, trustNow } = await opened({}, { ...OUTSIDE, Statement: OUTSIDE.Statement[0] })
    await say(CHANGE)
    expect((await trustNow()).Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['Pipeline', 'CountersignOutside'])
  })

  it('is closed by the Deny alone where its policy cannot be read, and gets its text back', async () => {
    for (const trust of ['not a policy', '[]', '7']) {
      const { world, id, say, trustNow } = await opened({}, trust)
      await say(CHANGE)
      expect((await trustNow()).Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['CountersignOutside'])
      await review(id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, world.ports)
      expect(await world.account.getTrust('deploy')).toBe(trust)
    }
  })

  it('is not touched where it is protected: a person is told', async () => {
    const { say, now, trustNow } = await opened({ protected: { arns: ['*:role/deploy'] } })
    await say(CHANGE)
    expect(await trustNow()).toEqual(OUTSIDE)
    expect((await now()).decision.why.join()).toContain('protected by ARN *:role/deploy')
  })

  it('says that AWS has no room for the statement', async () => {
    const full = {
      ...OUTSIDE,
      Statement: [...OUTSIDE.Statement, { Sid: 'x'.repeat(1900), Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' }],
    }
    const { say, now, trustNow } = await opened({}, full)
    await say(CHANGE)
    expect(await trustNow()).toEqual(full)
    expect((await now()).decision.why.join()).toContain('an AWS quota is used up')
  })
})

describe('an approval', () => {
  it('is for a change of the incident that can be set back, and says which those are', async () => {
    const { say } = await opened()
    await expect(say('lambda:AddPermission report')).rejects.toThrow(`reversible changes: "${CHANGE}"`)
    await expect(say('iam:UpdateAssumeRolePolicy admin')).rejects.toThrow('has no reversible change')
  })

  it('is only for approvers, with a reason, and on an incident that is open', async () => {
    const { world, id, say } = await opened({ approvers: [arnOf('reviewer')] })
    await expect(say(CHANGE, arnOf('somebody'))).rejects.toThrow('not among the policy')
    await expect(approve(id, { edgeId: CHANGE, by: arnOf('reviewer'), reason: ' ' }, world.ports)).rejects.toThrow('reason')
    await review(id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, world.ports)
    await expect(say(CHANGE)).rejects.toThrow('is released')
  })

  it('is not for one person where the policy wants two to contain', async () => {
    const { say } = await opened({ fourEyes: [{ verdicts: ['contain'] }] })
    await expect(say(CHANGE)).rejects.toThrow('requires two people')
  })

  it('given twice is one', async () => {
    const { say, now } = await opened()
    await say(CHANGE)
    await say(CHANGE)
    expect((await now()).approved).toEqual([CHANGE])
  })

  it('that an answer overtakes is refused', async () => {
    const { world, id, say, now } = await opened()
    const { append } = world.ports.record
    Object.assign(world.ports.record, {
      async append(change: Parameters<typeof append>[0]) {
        const stored = await world.ports.incidents.get(id)
        if (stored !== undefined && stored.value.state === 'contained')
          await world.ports.incidents.save({ ...stored.value, state: 'releasing' }, stored.version)
        return append(change)
      },
    })
    await expect(say(CHANGE)).rejects.toThrow('to releasing meanwhile')
    expect((await now()).approved).toEqual([])
  })
})

describe('the record of an approval', () => {
  it('says who approved which change of which incident and why, and names a change that is approved again once', async () => {
    const { world, id, say } = await opened()
    await say(CHANGE)
    await approve(id, { edgeId: CHANGE, by: arnOf('second'), reason: 'x'.repeat(700) }, world.ports)
    const approvals = (await world.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'approval')
    expect(approvals.map(({ actor, target, from, to, why }) => ({ actor, target, from, to, why }))).toEqual([
      { actor: arnOf('reviewer'), target: `incident:${id}`, from: [], to: [CHANGE], why: 'not ours' },
      { actor: arnOf('second'), target: `incident:${id}`, from: [CHANGE], to: [CHANGE], why: 'x'.repeat(500) },
    ])
  })
})

describe('approvals of several changes', () => {
  it('stand beside each other, in the incident and in the record', async () => {
    const { world, id, say, now } = await opened()
    const stored = await world.ports.incidents.get(id)
    const edge = stored?.value.lineage.find((one) => one.id === CHANGE)
    if (stored === undefined || edge === undefined) throw new Error('no change')
    const other = { ...edge, id: 'iam:UpdateAssumeRolePolicy build', owner: 'build' }
    await world.ports.incidents.save({ ...stored.value, lineage: [...stored.value.lineage, other] }, stored.version)
    await say(other.id)
    await say(CHANGE)
    expect((await now()).approved).toEqual([other.id, CHANGE])
    const entries = (await world.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'approval')
    expect(entries.map(({ from, to }) => ({ from, to }))).toEqual([
      { from: [], to: [other.id] },
      { from: [other.id], to: [other.id, CHANGE] },
    ])
  })
})

describe('an approval that is refused', () => {
  it('has a code by which a program knows why, and says what would be possible', async () => {
    const { world, id, say } = await opened()
    await expect(say('lambda:AddPermission report')).rejects.toMatchObject({ code: 'usage' })
    await review(id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, world.ports)
    await expect(say(CHANGE)).rejects.toMatchObject({
      code: 'incident.state',
      message: `incident ${id} is released; a change can be reversed only while it is asking or containing or contained`,
    })
  })

  it('names every change that can be reversed, or that there is none', async () => {
    const { world, id, say, now } = await opened()
    const incident = await now()
    const edge = incident.lineage.find((one) => one.id === CHANGE)
    if (edge === undefined) throw new Error('no change')
    const save = async (lineage: typeof incident.lineage) => {
      const stored = await world.ports.incidents.get(id)
      await world.ports.incidents.save({ ...incident, lineage }, stored?.version ?? 0)
    }
    await save([edge, { ...edge, id: 'iam:UpdateAssumeRolePolicy build', owner: 'build' }])
    await expect(say('none of them')).rejects.toThrow(`reversible changes: ${JSON.stringify(CHANGE)}, "iam:UpdateAssumeRolePolicy build"`)
    await expect(say('iam:UpdateAssumeRolePolicy build')).resolves.toBeDefined()
    await save([])
    await expect(say(CHANGE)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('reversible changes: none') })
  })
})
