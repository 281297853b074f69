import * as sdk from '@aws-sdk/client-iam'
import { afterAll, describe, expect, it } from 'vitest'
import { iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { operationOf } from '../../shared/contain/steps/steps.ts'
import { type IamWire, iamWire } from './iam-wire.ts'
import { KINDS, stepContract, stepOf } from './step-contract.ts'
import { SAMPLE_ACCOUNT } from './step-samples.ts'

const wires: IamWire[] = []
afterAll(() => Promise.all(wires.map((wire) => wire.close())))

async function onTheWire() {
  const wire = await iamWire(SAMPLE_ACCOUNT)
  wires.push(wire)
  return { wire, iam: awsIam(iamClient(wire.options), '123456789012'), picture: () => wire.picture() }
}

stepContract('by its API', onTheWire)

describe.each(KINDS)('a step of kind $name', ({ kind, sample }) => {
  it('makes the calls that it declares, and no other: they are the rights of the role', async () => {
    const seen = { read: new Set<string>(), write: new Set<string>() }
    for (const value of sample.before) {
      const { iam, wire } = await onTheWire()
      const step = stepOf({ kind, sample })
      const noted = async (set: Set<string>, work: () => Promise<unknown>) => {
        const from = wire.seen.length
        await work()
        for (const verb of wire.seen.slice(from)) set.add(verb)
      }
      await noted(seen.write, () => step.write(iam, value))
      await noted(seen.read, () => step.read(iam))
      await noted(seen.write, () => step.write(iam, step.contained(value) ?? value))
    }
    expect([...seen.read].sort()).toEqual([...kind.calls.reads].sort())
    expect([...seen.write].sort()).toEqual([...new Set([kind.calls.set, kind.calls.unset])].sort())
  })

  it('names operations that IAM has, in the record as in an export', () => {
    const { reads, set, unset, reversedBy } = kind.calls
    for (const operation of [...reads, set, unset, ...reversedBy]) expect(Object.keys(sdk)).toContain(`${operation}Command`)
    expect([operationOf(sample.text, 'x'), operationOf(sample.text, null)]).toEqual([set, unset])
  })
})
