import { isContainableIdentity } from './containable.ts'
import type { Incident } from './incident.ts'
import type { ReviewKind } from './policy.ts'

/** The verdicts and orders that a reviewer is offered in the incident's state, mildest first. What is already under way is not offered. */
export function offeredFor({ state, identity }: Pick<Incident, 'state' | 'identity'>): ReviewKind[] {
  switch (state) {
    case 'watching':
    case 'asking':
      return ['legitimate', 'compromised', ...(isContainableIdentity(identity) ? (['contain'] as const) : []), 'extend']
    case 'restricted':
      return ['legitimate', 'compromised', 'contain', 'extend']
    case 'contained':
      return ['legitimate', 'compromised', 'extend']
    case 'restricting':
      return ['legitimate', 'contain']
    case 'containing':
      return ['legitimate']
    case 'releasing':
    case 'rotating':
    case 'released':
    case 'confirmed':
    case 'expired':
      return []
  }
}
