import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputTally } from '../../local/commands/input-tally.ts'
import { ObservedInputs } from '../../local/replay/observed-inputs.ts'
import { replayInMemory } from '../../local/replay-in-memory.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { exposed } from '../embedded.ts'
import { CALLS } from './input-forms.ts'
import { folder } from './read-input.ts'
import { event, guardDuty, REPORTS } from './report-forms.ts'

const TIME = '2026-01-05T08:10:00.000Z'
const KEY = 'AKIA2J4QNVLHRYEXAMPL'

describe('what a replay notes of its inputs', () => {
  it('counts why inputs are ignored, and at most 40 reasons by themselves, since sources name themselves', () => {
    const observed = new ObservedInputs()
    for (let at = 0; at < 100; at++) observed.note(normalise(event(`my.source-${at}`, 'x', TIME, {})))
    observed.note(normalise(guardDuty(TIME, { service: { archived: true } })))
    const counts = Object.entries(observed.ignored)
    expect(counts).toHaveLength(41)
    expect(observed.ignored['other reasons']).toBe(61)
    const input = new InputTally({ write: () => {} })
    for (let at = 0; at < 100; at++) input.onSkip('file', `unknown source ${at}`)
    expect(input.passedOver).toHaveLength(61)
    expect(input.passedOver.at(-1)).toBe('others: 40 (first file)')
  })

  it('knows the owner of a key from a call that was accepted, and not from one that was not', async () => {
    const owner = async (records: readonly object[]) => {
      const observed = new ObservedInputs()
      for (const record of records) observed.note(normalise(record))
      return observed.knowing(memoryIam(AuthorizationDetails.parse({}))).ownerOf(KEY, '123456789012')
    }
    expect((await owner(CALLS.slice(0, 1)))?.name).toBe('runner')
    const [call] = CALLS
    expect(await owner([{ ...call, errorCode: 'InvalidClientTokenId' }])).toBeUndefined()
    expect(await owner([REPORTS['a finding of GuardDuty as it is exported to S3']?.(TIME) as object])).toBeUndefined()
  })
})

describe('a replay of calls and reports', () => {
  it.each(['observe', 'contain'])(
    'decides in the order of time in mode %s, however many inputs come at a time: a confirmed report is not before the calls',
    async (mode) => {
      const policy = join(folder, `order-${mode}.yaml`)
      writeFileSync(policy, `version: 3\nmode: ${mode}\n`)
      const [call] = CALLS
      const intruder = ['2026-01-05T08:20:00Z', '2026-01-05T08:21:00Z'].map((eventTime, at) => ({
        ...call,
        eventTime,
        eventID: `00000000-0000-4000-8000-00000000000${at}`,
        eventSource: 'iam.amazonaws.com',
        eventName: 'AttachUserPolicy',
        sourceIPAddress: '185.220.101.34',
        requestParameters: { userName: 'runner', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }))
      const inputs = [...CALLS, ...intruder, exposed(KEY, '1', Date.parse('2026-01-05T08:30:00Z'))]
      const outcome = async (size: number) => {
        const { run, incidents } = await replayInMemory({ policy })
        for (let at = 0; at < inputs.length; at += size) await run.run(inputs.slice(at, at + size))
        const found = []
        for await (const incident of incidents.listAll()) found.push(incident)
        return found
      }
      const [whole] = await outcome(inputs.length)
      expect(whole?.openedAt).toBeLessThan(Date.parse('2026-01-05T08:30:00Z'))
      expect(whole?.assessment.isConfirmed).toBe(true)
      for (const size of [1, 2, 3]) expect(await outcome(size)).toEqual([whole])
    },
  )

  it('makes one incident of a key that some party saw, under the name that the calls show', async () => {
    const policy = join(folder, 'reports-policy.yaml')
    writeFileSync(policy, 'version: 3\nmode: observe\n')
    const { run, incidents } = await replayInMemory({ policy })
    const exposure = REPORTS['a report of an exposed key']?.(TIME)
    const finding = REPORTS['an event of GuardDuty']?.('2026-01-05T08:15:00.000Z')
    await run.run([...CALLS, exposure, finding])
    const found = []
    for await (const incident of incidents.listAll()) found.push(incident)
    expect(found.map(({ identity }) => identity.name)).toEqual(['runner'])
    expect(found[0]?.reports?.map(({ source }) => source)).toEqual(['github', 'guardduty'])
    expect(run.tally.reports).toEqual(
      new Map([
        ['github', { signals: 1, ids: new Set([expect.any(String)]) }],
        ['guardduty', { signals: 1, ids: new Set([expect.any(String)]) }],
      ] as const),
    )
  })
})
