import type { IncidentWithChanges } from './chained.ts'

/** How long something took over several incidents: milliseconds, null where it never happened. */
export interface Durations {
  readonly count: number
  readonly median: number | null
  /** Nine in ten took no longer. */
  readonly ninetieth: number | null
  readonly worst: number | null
  /** Each: when the incident was opened (epoch ms), how long it took, and which it was; oldest first. */
  readonly points: readonly { readonly at: number; readonly milliseconds: number; readonly incidentId: string }[]
}

/** Summarises what `measured` says of each incident; undefined stands for "did not happen". */
export function durationsOf(
  chained: readonly IncidentWithChanges[],
  measured: (one: IncidentWithChanges) => number | undefined,
): Durations {
  const points = chained
    .flatMap((one) => {
      const milliseconds = measured(one)
      return milliseconds === undefined ? [] : [{ at: one.incident.openedAt, milliseconds, incidentId: one.incident.id }]
    })
    .sort((a, b) => a.at - b.at || (a.incidentId < b.incidentId ? -1 : 1))
  const sorted = points.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return { count: points.length, median: rankOf(sorted, 0.5), ninetieth: rankOf(sorted, 0.9), worst: sorted.at(-1) ?? null, points }
}

/** The nearest rank: a value that was measured, never one between two. */
function rankOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}
