import type { z } from 'zod'
import type { ExceptedFinding } from './excepted.ts'
import { axisOf, type Finding } from './finding.ts'
import type { ExceptedRow, FindingKind, FindingRow, StoredState } from './migrations/identity-state.ts'
import type { Scene } from './scene.ts'

/** Evidence as a state stores it: what its findings have in common stands once, in the order of first use. */
export type StoredEvidence = Pick<StoredState, 'kinds' | 'scenes' | 'evidence'>

/** The evidence of a state in its stored form. `unpackEvidence` gives back exactly this. */
export function packEvidence(evidence: readonly Finding[]): StoredEvidence {
  const kinds = new Map<string, number>()
  const scenes = new Map<string, number>()
  const rows = evidence.map((finding): z.infer<typeof FindingRow> => {
    const { detector, title, group, technique, isConfirmed, fact, weight, reason, signalId, credentialId, time, reportedBy } = finding
    const common = [detector, title, group, technique, isConfirmed, fact === detector ? '' : fact]
    const kind = placeIn(kinds, reportedBy === undefined ? common : [...common, reportedBy])
    const seen = (finding.scenes ?? []).map(({ place, tool, object }) =>
      placeIn(scenes, object === undefined ? [place, tool] : [place, tool, object]),
    )
    return [kind, weight, reason, signalId, credentialId, time, ...seen]
  })
  return { kinds: valuesOf(kinds), scenes: valuesOf(scenes), evidence: rows }
}

/** The evidence in its stored form. The schema holds that each row names what is listed. */
export function unpackEvidence({ kinds, scenes, evidence }: StoredEvidence): Finding[] {
  return evidence.map(([kind, weight, reason, signalId, credentialId, time, ...seen]) => {
    const [detector, title, group, technique, isConfirmed, fact, reportedBy] = kinds[kind] as z.infer<typeof FindingKind>
    return {
      ...{ detector, title, axis: axisOf(group), group, fact: fact === '' ? detector : fact, technique, isConfirmed },
      ...{ weight, reason, signalId, credentialId, time },
      ...(reportedBy === undefined ? {} : { reportedBy }),
      ...(seen.length === 0 ? {} : { scenes: seen.map((at) => sceneAt(scenes[at] as StoredState['scenes'][number])) }),
    }
  })
}

/** What the policy does not count, in its stored form. `unpackExcepted` gives back exactly this, where it has no scenes. */
export function packExcepted(excepted: readonly ExceptedFinding[]): z.infer<typeof ExceptedRow>[] {
  return excepted.map(
    ({ detector, title, group, technique, weight, fact, reason, signalId, credentialId, time, exception, reportedBy }) => [
      ...([detector, title, group, technique, weight, fact, reason, signalId, credentialId, time] as const),
      exception.reason,
      exception.until ?? '',
      reportedBy ?? '',
    ],
  )
}

/** What the policy does not count, from its stored form. Nothing of it is confirmed: that always counts. */
export function unpackExcepted(rows: readonly z.infer<typeof ExceptedRow>[]): ExceptedFinding[] {
  return rows.map(([detector, title, group, technique, weight, fact, reason, signalId, credentialId, time, why, until, reportedBy]) => ({
    ...{ detector, title, axis: axisOf(group), group, fact, technique, isConfirmed: false },
    ...{ weight, reason, signalId, credentialId, time },
    exception: { reason: why, ...(until === '' ? {} : { until }) },
    ...(reportedBy === '' ? {} : { reportedBy }),
  }))
}

function sceneAt([place, tool, object]: StoredState['scenes'][number]): Scene {
  return { place, tool, ...(object === undefined ? {} : { object }) }
}

/** The number of a row in a list, to which it is added where it is new. */
function placeIn(list: Map<string, number>, row: readonly unknown[]): number {
  const text = JSON.stringify(row)
  const at = list.get(text) ?? list.size
  list.set(text, at)
  return at
}

function valuesOf<T>(list: ReadonlyMap<string, number>): T[] {
  return [...list.keys()].map((text) => JSON.parse(text) as T)
}
