import { describe, expect, it } from 'vitest'
import type { Labelled } from '../../local/evaluate/labelled.ts'
import { ownerCosts } from '../../local/evaluate/owners.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { call, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const policy = parsePolicy({ version: 3 })
const geoIp = { locate: () => ({ country: 'US', network: { asn: 64501, organisation: 'Example' } }) }

/** A case of a user that reads from a bucket six times a day for twelve days; `more` are its calls after the cut. */
function history(more: readonly [action: string, label: Labelled['label']][] = []) {
  const one = (action: string, time: number, label: Labelled['label']): Labelled => ({
    id: `${action}-${time}`,
    case: 'owner',
    label,
    source: 'test',
    technique: '',
    severity: '',
    needsContext: false,
    irreversible: false,
    event: call(action, { id: `${action}-${time}`, time }) as Labelled['event'],
  })
  const usual = Array.from({ length: 72 }, (_, n) => one('s3:ListBuckets', NOW - 12 * DAY + n * 4 * HOUR, 'benign'))
  const last = NOW - 12 * DAY + 71 * 4 * HOUR
  return {
    name: 'owner',
    source: 'test',
    records: [...usual, ...more.map(([action, label], n) => one(action, last + (n + 1) * 1000, label))],
  }
}

describe('what a restriction would have cost an owner', () => {
  it('is nothing for calls that are its habit', async () => {
    const [cost, ...others] = await ownerCosts(history(), { policy, geoIp })
    expect(others).toEqual([])
    expect(cost).toMatchObject({ case: 'owner', source: 'test', isCovered: true, refused: [] })
    expect(cost?.calls).toBe(13)
  })

  it('is each call of a service that it never used, and each grave one outside the habit', async () => {
    const [cost] = await ownerCosts(
      history([
        ['athena:ListWorkGroups', 'benign'],
        ['iam:CreateUser', 'benign'],
      ]),
      { policy, geoIp },
    )
    expect(cost?.refused).toEqual(['athena:ListWorkGroups', 'iam:CreateUser'])
  })

  it('ends with the first malicious record: what comes then is not the history of the owner', async () => {
    const [cost] = await ownerCosts(
      history([
        ['iam:CreateUser', 'malicious'],
        ['athena:ListWorkGroups', 'benign'],
      ]),
      { policy, geoIp },
    )
    expect(cost?.refused).toEqual([])
  })

  it('is not said of an owner whose baseline is not mature at the cut', async () => {
    const { records, ...rest } = history()
    expect(await ownerCosts({ ...rest, records: records.slice(0, 30) }, { policy, geoIp })).toEqual([])
  })
})
