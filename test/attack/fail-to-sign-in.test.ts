import { describe, expect, it } from 'vitest'
import { decide } from '../../shared/decide/decide.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { attemptWith } from '../../shared/domain/attempt.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import { axisOf, type Finding } from '../../shared/domain/finding.ts'
import { REFUSED_CREDENTIALS } from '../../shared/domain/refusal.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ACCOUNT, ATTACK, arnOf, call, HARM_ALONE, KEY, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const DAY_MS = 86_400_000

/** Somebody signs in to the console as a user; `result` is what the sign-in says. */
const signIn = (user: string, result: 'Failure' | 'Success', parts: { id: string; time?: number; from?: string; agent?: string }) => {
  const record = call('signin:ConsoleLogin', { user, ...parts, response: { ConsoleLogin: result } })
  const { accessKeyId: _, ...userIdentity } = (record as { userIdentity: Record<string, unknown> }).userIdentity
  return delivered({ ...record, userIdentity, eventType: 'AwsConsoleSignIn', additionalEventData: { MFAUsed: 'Yes' } })
}

/** The network of a commercial VPN, and a tool for attacking accounts. */
const ANONYMOUS = { from: '203.0.113.9', agent: 'Pacu' }

const withVpn = async (parts: Parameters<typeof deployed>[0] = {}) => {
  const geoIp = {
    locate: (address: string) =>
      address.startsWith('203.0.113.')
        ? { country: 'SE', network: { asn: 9009, organisation: 'M247 Europe SRL' } }
        : { country: 'US', network: { asn: 64496, organisation: 'Example Broadband' } },
  }
  return deployed({ ...parts, geoIp })
}

/** 400 quiet calls over eleven days. */
const quiet = (user: string, key = KEY) =>
  Array.from({ length: 400 }, (_, n) => {
    const time = NOW - 13 * DAY_MS + n * 40 * 60_000
    return delivered(call('s3:ListBuckets', { id: `${user}-${n}`, user, key, time }))
  })

const stateOf = async (world: Awaited<ReturnType<typeof deployed>>, user: string) =>
  (await world.ports.identities.load([arnOf(user)])).get(arnOf(user))?.state?.value

describe('somebody without a password stops a user by failing to sign in as them', () => {
  it('one failure through a VPN with an offensive tool contains nobody; a success from there is the act that counts', async () => {
    const world = await withVpn()
    await world.respond(quiet('ci-build'))
    await world.respond([signIn('ci-build', 'Failure', { id: 'f', ...ANONYMOUS })])
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    expect((await world.incidents()).map(({ state }) => state)).not.toContain('contained')
    const twin = await withVpn()
    await twin.respond(quiet('ci-build'))
    await twin.respond([signIn('ci-build', 'Success', { id: 'f', ...ANONYMOUS })])
    expect((await twin.incidents())[0]?.decision.would).toBe('contain')
  })

  it('failures take no place of the breaker: a stolen key is contained after them', async () => {
    const names = Array.from({ length: 12 }, (_, n) => (n === 0 ? 'ci-build' : `person-${n}`))
    const world = await withVpn({
      account: { ...oneUser(), UserDetailList: names.map((UserName) => ({ UserName, Arn: arnOf(UserName) })) },
    })
    for (const name of names.slice(1)) await world.respond([signIn(name, 'Failure', { id: `f-${name}`, ...ANONYMOUS })])
    await world.respond(ATTACK.map((record) => delivered(record)))
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    for (const name of names.slice(1)) expect(world.account.isRefused(name), name).toBe(false)
  })

  it('guesses are seen all the same: a person is asked', async () => {
    const world = await withVpn()
    const guesses = Array.from({ length: 8 }, (_, n) => signIn('ci-build', 'Failure', { id: `g${n}`, time: NOW + n * 1000, ...ANONYMOUS }))
    await world.respond(guesses)
    const [incident] = await world.incidents()
    expect(incident?.findings.map(({ detector }) => detector)).toContain('console-sign-in-guessed')
    expect([incident?.state, incident?.decision.would]).toEqual(['asking', 'ask'])
    expect(incident?.credentials).toEqual([{ id: 'attempt:console:ci-build', kind: 'none', isPrimary: false }])
  })

  it('guesses count for the success that follows from the same place, and not for that of the owner from another', async () => {
    const detectorsOf = async (from: string) => {
      const world = await withVpn()
      const guesses = Array.from({ length: 6 }, (_, n) =>
        signIn('ci-build', 'Failure', { id: `g${n}`, time: NOW + n * 1000, from: '203.0.113.9' }),
      )
      await world.respond(guesses)
      const { outcomes } = await world.respond([signIn('ci-build', 'Success', { id: 's', time: NOW + 10_000, from })])
      return outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector))
    }
    expect(await detectorsOf('203.0.113.10')).toContain('console-sign-in-guessed')
    expect(await detectorsOf('192.0.2.10')).not.toContain('console-sign-in-guessed')
  })

  it('they teach nothing, and displace neither windows nor evidence of what the user did', async () => {
    const world = await withVpn()
    await world.respond(quiet('ci-build'))
    await world.respond([delivered(ATTACK[0] as object)])
    const before = await stateOf(world, 'ci-build')
    const attempts = Array.from({ length: 40 }, (_, n) => {
      const key = `AKIAGUESS${String(n).padStart(11, '0')}`
      return delivered(call('s3:ListBuckets', { id: `t${n}`, key, time: NOW + n * 1000, error: 'SignatureDoesNotMatch', ...ANONYMOUS }))
    })
    await world.respond(attempts)
    const after = await stateOf(world, 'ci-build')
    expect(after?.baseline).toEqual(before?.baseline)
    expect(after?.windows.get(KEY)).toEqual(before?.windows.get(KEY))
    expect(after?.evidence).toEqual(expect.arrayContaining([...(before?.evidence ?? [])]))
    expect([...(after?.windows.keys() ?? [])].filter((id) => id.startsWith('attempt:'))).toHaveLength(2)
  })

  it('they hide nothing of an act: what was done is contained, with the attempts before it and without', async () => {
    for (const attempts of [0, 20]) {
      const world = await withVpn()
      const failed = Array.from({ length: attempts }, (_, n) =>
        delivered(call('iam:CreateUser', { id: `x${n}`, time: NOW - 60_000 + n, error: 'InvalidClientTokenId', ...ANONYMOUS })),
      )
      await world.respond(failed)
      await world.respond(ATTACK.map((record) => delivered(record)))
      const [incident] = await world.incidents()
      expect(incident?.state, `${attempts} attempts`).toBe('contained')
      expect(incident?.credentials.filter(({ isPrimary }) => isPrimary).map(({ id }) => id)).toEqual([KEY])
    }
  })

  it('they do not push what was done over the bar', async () => {
    const half = ATTACK.slice(0, 1).map((record) => delivered(record))
    const without = await withVpn()
    await without.respond(half)
    expect((await without.incidents())[0]?.decision.would).not.toBe('contain')
    const world = await withVpn()
    await world.respond(half)
    for (let n = 0; n < 8; n++) await world.respond([signIn('ci-build', 'Failure', { id: `p${n}`, time: NOW + n * 1000, ...ANONYMOUS })])
    const [incident] = await world.incidents()
    expect(incident?.assessment.risk).toBeGreaterThanOrEqual(85)
    expect([incident?.state, incident?.decision.would]).toEqual(['asking', 'ask'])
  })
})

describe('every word by which a service refuses credentials', () => {
  const words = REFUSED_CREDENTIALS.flatMap((word) => [word, `${word}Exception`, `Client.${word}`])

  it.each(words)('%s: the whole takeover with it contains nobody, opens no key, and teaches nothing', async (word) => {
    const world = await deployed()
    await world.respond(ATTACK.map((record) => delivered({ ...record, errorCode: word })))
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    for (const { decision, credentials } of await world.incidents()) {
      expect(decision.would).not.toBe('contain')
      expect(credentials.filter(({ isPrimary }) => isPrimary)).toEqual([])
    }
    expect((await stateOf(world, 'ci-build'))?.baseline.calls).toBe(0)
  })

  it.each(['AccessDenied', 'UnauthorizedOperation', 'Client.UnauthorizedOperation', 'ThrottlingException'])(
    '%s is none of them: the caller is known, and the call is its act',
    async (word) => {
      const world = await deployed()
      await world.respond(ATTACK.slice(0, 1).map((record) => delivered({ ...record, errorCode: word })))
      expect((await stateOf(world, 'ci-build'))?.baseline.calls).toBe(1)
    },
  )
})

describe('every detector with every word', () => {
  const boundsOf = (policy: object) => boundsFor(parsePolicy({ mode: 'contain', ...policy }), arnOf('ci-build'), {}, NOW)
  /** The table that takes least: one finding of either axis is enough to contain. */
  const bounds = boundsOf({ version: 2, evidence: HARM_ALONE })
  const identity = { id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: ACCOUNT } as const
  const about = (credentialId: string): Finding[] =>
    CATALOGUE.filter(({ isConfirmed }) => isConfirmed !== true).map(({ id, title, group, attack, fact = id }) => ({
      detector: id,
      title,
      weight: 0.99,
      axis: axisOf(group),
      group,
      fact,
      technique: attack,
      isConfirmed: false,
      reason: 'r',
      signalId: 's',
      credentialId,
      time: NOW,
    }))

  it('a finding of a detector about an attempt asks at most, alone and with all others; about an act it contains', () => {
    const attempts = about(attemptWith({ id: KEY, kind: 'access-key' }).id)
    const acts = about(KEY)
    expect(attempts.length).toBeGreaterThan(80)
    for (const [n, attempt] of attempts.entries()) {
      expect(decide(assessmentOf([attempt]), identity, bounds).would, attempt.detector).toBe('ask')
      expect(decide(assessmentOf([acts[n] as Finding]), identity, bounds).would, attempt.detector).toBe('contain')
    }
    expect(decide(assessmentOf(attempts), identity, bounds).would).toBe('ask')
  })

  it('attempts ask at most by the default table too, where the acts of the same detectors contain', () => {
    const byDefault = boundsOf({ version: 3 })
    for (const familiarity of ['known', 'vouched', 'unknown'] as const) {
      const wouldBe = (findings: readonly Finding[]) => decide(assessmentOf(findings, { familiarity }), identity, byDefault).would
      expect(wouldBe(about(attemptWith({ id: KEY, kind: 'access-key' }).id)), familiarity).toBe('ask')
      expect(wouldBe(about(KEY)), familiarity).toBe('contain')
    }
  })

  it('an attempt of the same detector takes nothing from an act', () => {
    const [act, attempt] = [about(KEY), about(`attempt:${KEY}`)]
    for (const [n, one] of act.entries()) {
      const weaker = { ...one, weight: 0.9 }
      expect(decide(assessmentOf([weaker, attempt[n] as Finding]), identity, bounds).would, one.detector).toBe('contain')
    }
  })
})
