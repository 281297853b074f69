import {
  type AdvancedEventSelector,
  type CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  type GetEventSelectorsResponse,
  GetTrailStatusCommand,
  type Trail as TrailSettings,
} from '@aws-sdk/client-cloudtrail'
import type { ManagementSelector, ReadTrail } from '../domain/trail.ts'
import { errorName } from '../errors.ts'
import type { Trails } from '../ports/trails.ts'

/**
 * The trails that cover the region of the client. Event data stores of CloudTrail Lake are not read, because they deliver nothing to EventBridge.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function cloudTrailTrails(client: CloudTrailClient): Trails {
  return {
    async read() {
      const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }))
      return Promise.all(trailList.map((settings) => readTrail(settings, client)))
    },
  }
}

/** By its ARN, because a trail of another region or of the organisation is not found by its name. */
async function readTrail(settings: TrailSettings, client: CloudTrailClient): Promise<ReadTrail> {
  const arn = settings.TrailARN ?? settings.Name ?? 'without a name'
  try {
    const [status, selectors] = await Promise.all([
      client.send(new GetTrailStatusCommand({ Name: arn })),
      client.send(new GetEventSelectorsCommand({ TrailName: arn })),
    ])
    return {
      arn,
      homeRegion: settings.HomeRegion ?? '',
      isLogging: status.IsLogging === true,
      isMultiRegion: settings.IsMultiRegionTrail === true,
      hasGlobalEvents: settings.IncludeGlobalServiceEvents === true,
      selectors: selectorsOf(selectors),
      startedAt: status.StartLoggingTime?.getTime(),
      stoppedAt: status.StopLoggingTime?.getTime(),
    }
  } catch (cause) {
    return { arn, unread: errorName(cause) }
  }
}

/** A trail has selectors of one of the two forms. */
function selectorsOf({ EventSelectors = [], AdvancedEventSelectors = [] }: GetEventSelectorsResponse): ManagementSelector[] {
  return [...EventSelectors.flatMap(basic), ...AdvancedEventSelectors.flatMap(advanced)]
}

function basic({ IncludeManagementEvents, ReadWriteType, ExcludeManagementEventSources = [] }: EventSelector): ManagementSelector[] {
  if (IncludeManagementEvents !== true) return []
  const [reads, writes] = [ReadWriteType !== 'WriteOnly', ReadWriteType !== 'ReadOnly']
  return [{ reads, writes, excludedSources: ExcludeManagementEventSources, narrowedBy: [] }]
}

/** A field that is not known here leaves events out, so it is said. */
function advanced({ FieldSelectors = [] }: AdvancedEventSelector): ManagementSelector[] {
  const isManagement = FieldSelectors.some(({ Field, Equals }) => Field === 'eventCategory' && Equals?.includes('Management') === true)
  if (!isManagement) return []
  const readOnly = FieldSelectors.find(({ Field }) => Field === 'readOnly')
  const excludedSources: string[] = []
  const narrowedBy: string[] = []
  for (const { Field = '', NotEquals, ...others } of FieldSelectors) {
    if (Field === 'eventCategory' || Field === 'readOnly') continue
    const hasOthers = Object.values(others).some((values) => values !== undefined)
    if (Field === 'eventSource' && NotEquals !== undefined && !hasOthers) excludedSources.push(...NotEquals)
    else narrowedBy.push(Field)
  }
  const has = (value: string) => readOnly === undefined || readOnly.Equals?.includes(value) === true
  return [{ reads: has('true'), writes: has('false'), excludedSources, narrowedBy }]
}
