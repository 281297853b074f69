import { HOUR_MS } from './time.ts'

/** Management events that one selector of a trail records. */
export interface ManagementSelector {
  readonly reads: boolean
  readonly writes: boolean
  /** Services whose events are left out, such as `kms.amazonaws.com`. */
  readonly excludedSources: readonly string[]
  /** Other fields by which events are left out, such as `eventName`. */
  readonly narrowedBy: readonly string[]
}

/** A trail of CloudTrail as it is now. Times are epoch milliseconds. */
export interface Trail {
  readonly arn: string
  /** The region in which the trail can be changed. */
  readonly homeRegion: string
  readonly isLogging: boolean
  readonly isMultiRegion: boolean
  /** Whether it records IAM, STS and other services without a region. */
  readonly hasGlobalEvents: boolean
  readonly selectors: readonly ManagementSelector[]
  /** When its logging was last switched on, and last switched off; undefined for never. */
  readonly startedAt?: number | undefined
  readonly stoppedAt?: number | undefined
}

/** A trail, or the name of the error for which it could not be read. */
export type ReadTrail = Trail | { readonly arn: string; readonly unread: string }

/**
 * What the trails record of the management events of a region, without which EventBridge delivers no API call. `whole`: everything. `partial`: changes, but not all
 * that detectors look at. `missing`: no trail records changes. `unknown`: none was seen to, and not every trail could be read.
 */
export interface Recording {
  readonly kind: 'whole' | 'partial' | 'missing' | 'unknown'
  /** What is not as it should be, in plain words. */
  readonly lines: readonly string[]
  /** Commands of the AWS CLI that mend it, where a command can. */
  readonly commands: readonly string[]
}

/** For how long a gap in the logging is told of. */
const GAP_TOLD_MS = HOUR_MS

/** What the trails record together. An event is delivered where one trail records it. */
export function recordingOf(found: readonly ReadTrail[], { region, now }: { region: string; now: number }): Recording {
  const unread = found.flatMap((one) => ('unread' in one ? [`the trail ${one.arn} could not be read: ${one.unread}`] : []))
  const trails = found.flatMap((one) => ('unread' in one ? [] : [one]))
  const recording = trails.filter(({ isLogging, selectors }) => isLogging && selectors.some(({ writes }) => writes))
  if (recording.length === 0) {
    const lines = [...(found.length === 0 ? [`no trail covers ${region}`] : []), ...trails.map(whyNot), ...unread]
    return { kind: unread.length > 0 ? 'unknown' : 'missing', lines, commands: trails.flatMap(startCommand) }
  }
  const lines = missingOf(recording, { region, now })
  return { kind: lines.length === 0 ? 'whole' : 'partial', lines: lines.length === 0 ? [] : [...lines, ...unread], commands: [] }
}

function whyNot({ arn, isLogging, stoppedAt }: Trail): string {
  if (isLogging) return `the trail ${arn} does not record management events that change something`
  return `the trail ${arn} is not logging${stoppedAt === undefined ? '' : `, since ${new Date(stoppedAt).toISOString()}`}`
}

function startCommand({ arn, homeRegion, isLogging }: Trail): string[] {
  return isLogging ? [] : [`aws cloudtrail start-logging --region ${homeRegion} --name ${arn}`]
}

/** What none of the trails that record changes records. */
function missingOf(trails: readonly Trail[], { region, now }: { region: string; now: number }): string[] {
  const selectors = trails.flatMap((trail) => trail.selectors)
  const writing = selectors.filter(({ writes }) => writes)
  const reading = selectors.filter(({ reads }) => reads)
  const narrowed = (some: readonly ManagementSelector[]) =>
    some.every(({ narrowedBy }) => narrowedBy.length > 0) ? [...new Set(some.flatMap(({ narrowedBy }) => narrowedBy))] : []
  const lines: string[] = []
  if (reading.length === 0) lines.push('reads are not recorded: no List…, no Get…, no AssumeRole arrives')
  if (!trails.some(({ hasGlobalEvents }) => hasGlobalEvents))
    lines.push('services without a region are not recorded: no call of IAM arrives')
  for (const source of excludedByAll(writing)) lines.push(`changes by ${source} are left out`)
  for (const source of excludedByAll(reading)) lines.push(`reads of ${source} are left out`)
  const fields = [...new Set([...narrowed(writing), ...narrowed(reading)])]
  if (fields.length > 0) lines.push(`some management events are left out, by ${fields.join(', ')}`)
  if (!trails.some(({ isMultiRegion }) => isMultiRegion)) lines.push(`no trail records other regions than ${region}`)
  const gaps = trails.map((trail) => gapOf(trail, now))
  if (gaps.every((gap) => gap !== undefined)) lines.push(...gaps)
  return lines
}

function excludedByAll(selectors: readonly ManagementSelector[]): string[] {
  const [first, ...others] = selectors
  return (first?.excludedSources ?? []).filter((source) => others.every(({ excludedSources }) => excludedSources.includes(source)))
}

/** Says that a trail that is logging was switched off within the last hour. */
function gapOf({ arn, stoppedAt, startedAt }: Trail, now: number): string | undefined {
  if (stoppedAt === undefined || now - stoppedAt > GAP_TOLD_MS) return undefined
  const until = startedAt === undefined || startedAt < stoppedAt ? 'a time that is not known' : new Date(startedAt).toISOString()
  return `the trail ${arn} was not logging from ${new Date(stoppedAt).toISOString()} to ${until}: calls of that time did not arrive`
}
