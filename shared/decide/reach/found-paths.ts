import { type Asker, rightOfAsker } from './asker.ts'
import { ESCALATION_PATHS, type EscalationCategory, type EscalationPath } from './escalation-paths.ts'
import { resourceFormOf } from './resource-form.ts'
import type { Right } from './right.ts'

/** A way to more rights that an identity has. */
export interface FoundPath {
  readonly path: EscalationPath
  /** The right to each permission of it, in their order. */
  readonly rights: readonly Right[]
}

/** By these one becomes another user: on oneself they give nothing. */
const BECOMES_ANOTHER: EscalationCategory = 'principal-access'

/**
 * The escalation paths of which policies give every permission, certainly or possibly. A path of which one permission is denied is none.
 */
export function pathsOf(asker: Asker): readonly FoundPath[] {
  const known = new Map<string, Right | undefined>()
  const ask = (path: EscalationPath, action: string, service: string | undefined): Right | undefined => {
    const passed = action === 'iam:PassRole' ? service : undefined
    const key = `${action} ${path.category === BECOMES_ANOTHER} ${passed}`
    if (!known.has(key)) {
      const form = resourceFormOf(action, asker.id)
      const isOfAnother = path.category === BECOMES_ANOTHER && form.includes(':user/')
      known.set(key, rightOfAsker(asker, { action, form, ...(isOfAnother ? { except: [asker.id] } : {}) }, passed))
    }
    return known.get(key)
  }
  return ESCALATION_PATHS.flatMap((path) => {
    const found: FoundPath[] = []
    for (const service of path.services ?? [undefined]) {
      const rights: Right[] = []
      for (const action of path.permissions) {
        const right = ask(path, action, service)
        if (right === undefined) break
        rights.push(right)
      }
      if (rights.length === path.permissions.length) found.push({ path, rights })
    }
    // A role may be passed to any of the services of a path: the one that is certain counts.
    return found.find(isCertain) ?? found[0] ?? []
  })
}

/** True where no permission of a path depends on what is not known. */
export function isCertain({ rights }: FoundPath): boolean {
  return rights.every(({ outcome }) => outcome === 'allowed')
}

/** What would have to be known to say that a path is open. */
export function unknownOf({ rights }: FoundPath): readonly string[] {
  return [...new Set(rights.flatMap(({ unknown }) => unknown))].toSorted()
}
