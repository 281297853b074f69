import type { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { ResponderError } from '../shared/errors.ts'
import { type Intrusion, intrude } from './synthetic/intrusion.ts'
import { deploy, machinesDay } from './synthetic/machines.ts'
import { peopleDay } from './synthetic/people.ts'
import { authorizationDetailsOf } from './synthetic/picture.ts'
import { timeOf } from './synthetic/record.ts'
import { beginStory, DAY, HOUR, MINUTE, SECOND } from './synthetic/story.ts'

/** A synthetic account with its CloudTrail records. */
export interface SyntheticHistory {
  /** The account at the end of the history, including what the intruder created. */
  readonly account: AuthorizationDetails
  /** CloudTrail records before the last day, in the order of their time. */
  readonly history: object[]
  /** Records from the midnight (UTC) before the intrusion to the end. */
  readonly lastDay: object[]
  readonly intrusion: Intrusion
}

/** The intrusion starts after noon and is over within this time. */
const INTRUSION_MS = 45 * MINUTE

const MIN_DAYS = 30

/**
 * Makes the CloudTrail history of a synthetic account: three CI keys, a deploy role, a data pipeline, a web server and five people do
 * their usual work, until a CI key leaks and an intruder uses it at noon (UTC) of the last day.
 *
 * The same options give the same history. `end` is epoch milliseconds; `days` counts the last day too.
 */
export function syntheticHistory({ seed, end, days }: { seed: number; end: number; days: number }): SyntheticHistory {
  if (!Number.isInteger(days) || days < MIN_DAYS) {
    throw new ResponderError('usage', `days must be a whole number of ${MIN_DAYS} or more, got ${days}: baselines need that long to settle`)
  }
  const lastMidnight = Math.floor((end - DAY / 2 - INTRUSION_MS) / DAY) * DAY
  const startsAt = lastMidnight - (days - 1) * DAY
  const story = beginStory(seed, startsAt, {
    keyHolders: ['ci-build', 'ci-deploy', 'ci-release', 'ben'],
    people: ['anna', 'chloe', 'dave'],
    roles: ['deploy', 'data-pipeline', 'web-instance'],
  })
  for (let day = startsAt, index = 0; day <= end; day += DAY, index++) {
    // People first: a key that a person rotates at noon is the one that the machines use in the afternoon.
    peopleDay(story, day, index)
    machinesDay(story, day)
  }
  const intrusionAt = lastMidnight + 12 * HOUR + story.random.whole(3 * 60, 12 * 60) * SECOND
  const intrusion = intrude(story, intrusionAt)
  // The job that owns the key goes on as usual, from its own network.
  deploy(story, intrusionAt - story.random.whole(40, 80) * MINUTE)
  deploy(story, intrusionAt + story.random.whole(4, 7) * MINUTE)
  const written = story.records.filter(({ eventTime }) => eventTime <= timeOf(end)).sort(byTime)
  const firstOfLastDay = written.findIndex(({ eventTime }) => eventTime >= timeOf(lastMidnight))
  return {
    account: authorizationDetailsOf(story),
    history: written.slice(0, firstOfLastDay),
    lastDay: written.slice(firstOfLastDay),
    intrusion,
  }
}

/** The order of records by their times. */
export function byTime(one: { eventTime: string }, other: { eventTime: string }): number {
  return one.eventTime < other.eventTime ? -1 : one.eventTime > other.eventTime ? 1 : 0
}
