import { PRICES } from '../rules/cost.ts'
import { DAYS_A_MONTH, type Measured, usdOf } from './tables.ts'

/** What a stack has whatever happens: how many alarms, without Slack and with it. */
export interface Standing {
  readonly alarms: number
  readonly alarmsWithSlack: number
}

/** Lanes that take what callers do. What AWS reports as exposed comes by another one, and by the piece. */
const OF_CALLERS = ['hot', 'tokens', 'bulk']

/**
 * What a stack costs a month: what stands whatever happens, and what so many delivered events a day cost, by the calls of one event that `npm run capacity` measured. From and to are the
 * cheapest and the dearest lane, since which share comes by which depends on the account. A number between two measured ones counts as the lower, whose event costs more.
 */
export function billTable({ rows }: Pick<Measured, 'rows'>, { alarms, alarmsWithSlack }: Standing, eventsADay: readonly number[]): string {
  const { alarmMonth, metricMonth, secretMonth, dashboardMonth } = PRICES
  const standing = [
    [`alarms (${alarms})`, usd(alarms * alarmMonth)],
    ['the metric by which it knows that events arrive', usd(metricMonth)],
    [`with Slack: more alarms (${alarmsWithSlack - alarms}), and a secret`, usd((alarmsWithSlack - alarms) * alarmMonth + secretMonth)],
    ['with `dashboard`: the dashboard, without its metrics', usd(dashboardMonth)],
  ]
  const events = eventsADay.map((perDay) => {
    const prices = OF_CALLERS.map((lane) => usdOf(measuredFor(rows, lane, perDay)) * perDay * DAYS_A_MONTH)
    return [`${perDay.toLocaleString('en-US')} delivered events a day`, `${usd(Math.min(...prices))} to ${usd(Math.max(...prices))}`]
  })
  return ['| what | USD a month |', '| --- | --- |', ...[...standing, ...events].map((cells) => `| ${cells.join(' | ')} |`), ''].join('\n')
}

/** What was measured for the highest number of events that is not above this one, else for the lowest. */
function measuredFor(rows: Measured['rows'], lane: string, perDay: number): Measured['rows'][number] {
  const ofLane = rows.filter((row) => row.lane === lane).sort((one, other) => one.perDay - other.perDay)
  const row = ofLane.findLast((one) => one.perDay <= perDay) ?? ofLane[0]
  if (row === undefined) throw new Error(`nothing was measured of lane ${lane}; run \`npm run capacity\``)
  return row
}

function usd(amount: number): string {
  return amount.toFixed(2)
}
