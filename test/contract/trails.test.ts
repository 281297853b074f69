import { afterEach, describe, expect, it } from 'vitest'
import { cloudTrailClient } from '../../shared/aws/clients.ts'
import { cloudTrailTrails } from '../../shared/aws/trails.ts'
import { json, type Loopback, loopback } from './loopback.ts'

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all'
const OF_ORGANISATION = 'arn:aws:cloudtrail:eu-west-1:210987654321:trail/organisation'
const STARTED = Date.UTC(2026, 0, 2)
const STOPPED = Date.UTC(2026, 0, 1)

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

/** CloudTrail on loopback: `answers` by the operation, but for the one that is `denied`. */
async function trailsOf(answers: Readonly<Record<string, object>>, denied?: string) {
  const wire = await loopback(({ headers }) => {
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? ''
    if (operation === denied) return json({ __type: 'AccessDeniedException', message: 'no' }, 400)
    return json(answers[operation] ?? {})
  })
  wires.push(wire)
  return { trails: cloudTrailTrails(cloudTrailClient(wire.options)), wire }
}

const described = (arn = ARN, more: object = {}) => ({
  trailList: [{ Name: 'all', TrailARN: arn, HomeRegion: 'us-east-1', IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true, ...more }],
})
const LOGGING = { IsLogging: true, StartLoggingTime: STARTED / 1000, StopLoggingTime: STOPPED / 1000 }
const basic = (selector: object) => ({ EventSelectors: [selector] })
const advanced = (...fields: object[]) => ({ AdvancedEventSelectors: [{ FieldSelectors: fields }] })
const MANAGEMENT = { Field: 'eventCategory', Equals: ['Management'] }

async function selectorsOf(GetEventSelectors: object) {
  const { trails } = await trailsOf({ DescribeTrails: described(), GetTrailStatus: LOGGING, GetEventSelectors })
  const [trail] = await trails.read()
  return trail !== undefined && 'selectors' in trail ? trail.selectors : trail
}

describe('the trails of CloudTrail', () => {
  it('are read with their state and their times, by the ARN, and with those of other regions and of the organisation', async () => {
    const { trails, wire } = await trailsOf({
      DescribeTrails: described(OF_ORGANISATION, { HomeRegion: 'eu-west-1' }),
      GetTrailStatus: LOGGING,
      GetEventSelectors: basic({ ReadWriteType: 'All', IncludeManagementEvents: true, ExcludeManagementEventSources: [] }),
    })
    expect(await trails.read()).toEqual([
      {
        arn: OF_ORGANISATION,
        homeRegion: 'eu-west-1',
        isLogging: true,
        isMultiRegion: true,
        hasGlobalEvents: true,
        selectors: [{ reads: true, writes: true, excludedSources: [], narrowedBy: [] }],
        startedAt: STARTED,
        stoppedAt: STOPPED,
      },
    ])
    expect(wire.requests.map(({ body }) => JSON.parse(body))).toEqual(
      expect.arrayContaining([{ includeShadowTrails: true }, { Name: OF_ORGANISATION }, { TrailName: OF_ORGANISATION }]),
    )
  })

  it.each([
    ['reads alone', basic({ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }), [{ reads: true, writes: false }]],
    ['writes alone', basic({ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }), [{ reads: false, writes: true }]],
    ['no management events', basic({ ReadWriteType: 'All', IncludeManagementEvents: false }), []],
    [
      'all but a service',
      basic({ ReadWriteType: 'All', IncludeManagementEvents: true, ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      [{ reads: true, writes: true, excludedSources: ['kms.amazonaws.com'] }],
    ],
    ['all, by the other form', advanced(MANAGEMENT), [{ reads: true, writes: true, excludedSources: [], narrowedBy: [] }]],
    ['writes, by the other form', advanced(MANAGEMENT, { Field: 'readOnly', Equals: ['false'] }), [{ reads: false, writes: true }]],
    [
      'all but a service, by the other form',
      advanced(MANAGEMENT, { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }),
      [{ excludedSources: ['kms.amazonaws.com'], narrowedBy: [] }],
    ],
    [
      'one service, by the other form',
      advanced(MANAGEMENT, { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }),
      [{ excludedSources: [], narrowedBy: ['eventSource'] }],
    ],
    ['data events, by the other form', advanced({ Field: 'eventCategory', Equals: ['Data'] }), []],
    [
      'what a field that is not known leaves',
      advanced(MANAGEMENT, { Field: 'eventName', NotEquals: ['CreateUser'] }),
      [{ excludedSources: [], narrowedBy: ['eventName'] }],
    ],
  ])('say that they record %s', async (_, answer, selectors) => {
    expect(await selectorsOf(answer)).toMatchObject(selectors)
    expect(await selectorsOf(answer)).toHaveLength(selectors.length)
  })

  it('say of a trail that it could not be read, and throw where none could be listed', async () => {
    const { trails } = await trailsOf({ DescribeTrails: described() }, 'GetTrailStatus')
    expect(await trails.read()).toEqual([{ arn: ARN, unread: 'AccessDeniedException' }])
    const { trails: none } = await trailsOf({}, 'DescribeTrails')
    await expect(none.read()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('are none in an account without a trail', async () => {
    const { trails } = await trailsOf({ DescribeTrails: { trailList: [] } })
    expect(await trails.read()).toEqual([])
  })
})
