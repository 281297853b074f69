import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { deliveryOf } from '../../shared/detect/delivery.ts'
import { type DeliveryOptions, rulesOf } from '../../shared/detect/delivery-rules.ts'
import { firingEvents, HOME_REGION } from '../infra/delivered-events.ts'

/** The events of each detector's scenario that fires, in one list, with the detector of each. */
export const FIRING = firingEvents().flatMap(({ detector, events }) => events.map((event) => ({ detector, event })))

export interface Column {
  readonly settings: DeliveryOptions
  /** The names of the rules that deliver each event of `FIRING`, separated by commas; empty where none does. */
  readonly delivered: readonly string[]
}

/** What one configuration does with the scenario of one detector. */
interface Cell {
  readonly rules: readonly string[]
  readonly isDelivered: boolean
  readonly isTwice: boolean
}

function cellOf(detector: string, { delivered }: Column): Cell {
  const own = FIRING.flatMap((one, at) => (one.detector === detector ? [{ names: delivered[at] ?? '', region: one.event.region }] : []))
  // The bus of a region gets the events of that region.
  const names = own.map((one) => (one.region === HOME_REGION ? one.names : ''))
  return {
    rules: [...new Set(names.flatMap((one) => (one === '' ? [] : one.split(','))))].sort(),
    isDelivered: names.every((one) => one !== ''),
    isTwice: names.some((one) => one.includes(',')),
  }
}

function titleOf({ readOnlyEvents, includeRoleSessions }: DeliveryOptions): string {
  const isDefault = readOnlyEvents && !includeRoleSessions
  return `readOnlyEvents ${readOnlyEvents}, includeRoleSessions ${includeRoleSessions}${isDefault ? ' (default)' : ''}`
}

/** Which detector is delivered by which rules in each configuration, as lines; and what is wrong with it. */
export function matrixOf(columns: readonly Column[]): { lines: string[]; faults: string[] } {
  const faults: string[] = []
  const lines = columns.flatMap((column) => {
    const stack = { options: column.settings, rules: new Set(rulesOf(column.settings)), region: HOME_REGION }
    const rows = CATALOGUE.map((one) => ({ id: one.id, cell: cellOf(one.id, column), said: deliveryOf(one, stack) }))
    const title = titleOf(column.settings)
    for (const { id, cell, said } of rows) {
      if (cell.isTwice) faults.push(`${title}: ${id} is delivered by two rules at once: ${cell.rules}`)
      if (!cell.isDelivered && said.state === 'delivered') faults.push(`${title}: ${id} is said to be delivered, and its scenario is not`)
    }
    const count = rows.filter(({ cell }) => cell.isDelivered).length
    return [
      '',
      `${title}: ${count} of ${rows.length} detectors are delivered the scenario that fires them, ${rows.filter(({ cell }) => cell.isTwice).length} by two rules`,
      ...rows.map(({ id, cell, said }) => {
        const why = cell.isDelivered ? '' : `  because: ${said.gaps.map(({ what }) => what).join('; ')}`
        return `  ${id.padEnd(34)} ${cell.isDelivered ? 'yes' : 'NO '}  ${cell.rules.join(' ')}${why}`
      }),
    ]
  })
  return { lines, faults }
}
