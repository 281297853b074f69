import type { IncidentWithChanges } from './incident-with-changes.ts'

/** Durations of one phase over several incidents, in milliseconds; null when it never happened. */
export interface Durations {
  readonly count: number
  readonly median: number | null
  /** The 90th percentile. */
  readonly ninetieth: number | null
  readonly worst: number | null
  /** One point per incident, oldest first. `at` is when it was opened (epoch milliseconds). */
  readonly points: readonly { readonly at: number; readonly milliseconds: number; readonly incidentId: string }[]
}

/** Summarises the durations that `measured` gives per incident; undefined means that the phase did not happen. */
export function durationsOf(
  incidents: readonly IncidentWithChanges[],
  measured: (one: IncidentWithChanges) => number | undefined,
): Durations {
  const points = incidents
    .flatMap((one) => {
      const milliseconds = measured(one)
      return milliseconds === undefined ? [] : [{ at: one.incident.openedAt, milliseconds, incidentId: one.incident.id }]
    })
    .sort((a, b) => a.at - b.at || (a.incidentId < b.incidentId ? -1 : 1))
  const sorted = points.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return { count: points.length, median: rankOf(sorted, 0.5), ninetieth: rankOf(sorted, 0.9), worst: sorted.at(-1) ?? null, points }
}

/** A percentile by nearest rank, so that it is always a measured value. */
function rankOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}
