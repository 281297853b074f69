import type { Change } from '../../domain/change.ts'
import type { Incident } from '../../domain/incident.ts'
import { standingSteps } from '../../domain/progress.ts'
import { accessKey } from '../steps/access-key.ts'

/** How far the rotation of one key has come, by the record. */
export interface RotationProgress {
  readonly accessKeyId: string
  /** The last attempt at a new key: the keys that the user had then, and where the new one was to go. */
  readonly planned: { readonly at: number; readonly keys: readonly string[]; readonly secret: string } | undefined
  readonly delivered: { readonly accessKeyId: string; readonly secret: string } | undefined
  readonly isDeleted: boolean
  /** How often the new key could not be put away. */
  readonly failures: number
}

/** The key's new one is with its owner and the old one is gone. */
export function isRotated({ delivered, isDeleted }: RotationProgress): boolean {
  return delivered !== undefined && isDeleted
}

/** The keys of the incident's user that were contained as suspects, each with how far its rotation has come. */
export function rotationsOf({ identity, credentials }: Incident, changes: readonly Change[]): RotationProgress[] {
  const suspects = new Set(credentials.map(({ id }) => accessKey.textOf({ userName: identity.name, accessKeyId: id })))
  const contained = standingSteps(changes).filter(({ target, contained }) => suspects.has(target) && contained === 'Inactive')
  const begun = changes.filter(({ kind }) => kind.startsWith('rotation-'))
  const targets = new Set([...contained, ...begun].map(({ target }) => target))
  return [...targets].flatMap((target) => {
    const accessKeyId = accessKey.parse(target)?.accessKeyId
    if (accessKeyId === undefined) return []
    const own = begun.filter((change) => change.target === target)
    const planned = own.findLast(({ kind }) => kind === 'rotation-planned')
    const delivered = own.findLast(({ kind }) => kind === 'rotation-delivered')
    return {
      accessKeyId,
      planned:
        planned === undefined
          ? undefined
          : { at: Date.parse(planned.at), keys: planned.from as string[], secret: (planned.to as { secret: string }).secret },
      delivered: delivered?.to as RotationProgress['delivered'],
      isDeleted: own.some(({ kind }) => kind === 'rotation-deleted'),
      failures: own.filter(({ kind }) => kind === 'rotation-failed').length,
    }
  })
}
