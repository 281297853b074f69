import { beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../local/default-policy.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { ACTIONS } from '../../shared/domain/action.ts'
import { opinionOf } from '../embedded.ts'
import { type DayCase, dayCases, type InjectedCase, injectedCases } from '../model/cases.ts'
import { FIELDS, PAYLOADS } from '../model/payloads.ts'
import { isOutOfBounds } from '../model/tally.ts'

let days: DayCase[]
let injected: InjectedCase[]
beforeAll(async () => {
  const policy = { ...(await readPolicyFile(DEFAULT_POLICY)), mode: 'contain' as const }
  days = await dayCases(policy, 10)
  injected = await injectedCases(policy, PAYLOADS.length * FIELDS.length)
})

describe('the questions that a real model is asked', () => {
  it('are of as many benign as malicious days, some of them such that the answer changes the action', () => {
    const labels = Map.groupBy(days, ({ label }) => label)
    expect([labels.get('benign')?.length, labels.get('malicious')?.length]).toEqual([10, 10])
    const open = days.filter(({ actionWith }) => [0, 100].some((likelihood) => actionWith(opinionOf(likelihood)) !== actionWith(undefined)))
    expect(open.length).toBeGreaterThan(0)
  })

  it('have each text in each field, and most texts reach the model', () => {
    expect(new Set(injected.map(({ payload, field }) => `${payload.kind} ${field}`)).size).toBe(PAYLOADS.length * FIELDS.length)
    for (const { plainPack, pack } of injected) if (plainPack !== undefined) expect(plainPack.untrusted).not.toEqual(pack.untrusted)
    const shown = injected.filter(({ plainPack }) => plainPack !== undefined)
    expect(shown.length).toBeGreaterThan(injected.length * 0.8)
    expect(new Set(shown.map(({ field }) => field)).size).toBe(FIELDS.length)
  })

  it('differ from their plain twin in the untrusted block alone', () => {
    for (const { plainPack, pack } of injected)
      if (plainPack !== undefined) expect({ ...plainPack, untrusted: {} }).toEqual({ ...pack, untrusted: {} })
  })

  it('keep the action in bounds for every opinion', () => {
    for (const { actionWith, name } of [...days, ...injected])
      for (let likelihood = 0; likelihood <= 100; likelihood += 5) {
        const [alone, advised] = [actionWith(undefined), actionWith(opinionOf(likelihood))]
        expect(ACTIONS).toContain(advised)
        expect(isOutOfBounds({ alone, advised }), `${name}: ${alone} → ${advised} at ${likelihood}`).toBe(false)
      }
  })
})
