import type { IdentityState } from '../domain/identity-state.ts'
import { type Moves, NO_MOVES } from '../domain/moves.ts'
import type { NameHistory } from '../domain/name-history.ts'
import type { IdentityStore, Versioned } from '../ports/stores.ts'
import { memoryExposures } from './exposures.ts'
import { memoryUnclaimed } from './unclaimed.ts'
import { memoryWorkloads } from './workloads.ts'

/** Identity states in memory. They are stored by reference, so a saved state must not be changed afterwards, but where states are lent. */
export function memoryIdentityStore(options: Pick<IdentityStore, 'lendsStates'> = {}): IdentityStore {
  const states = new Map<string, Versioned<IdentityState>>()
  const incidents = new Map<string, string>()
  const histories = new Map<string, Versioned<NameHistory>>()
  const moves = new Map<string, Versioned<Moves>>()
  return {
    ...options,
    async load(identityIds) {
      return new Map(identityIds.map((id) => [id, { state: states.get(id), incidentId: incidents.get(id) }]))
    },
    async versions(identityIds) {
      return new Map(identityIds.map((id) => [id, states.get(id)?.version ?? 0]))
    },
    async saveState(state, version) {
      if ((states.get(state.identity.id)?.version ?? 0) !== version) return false
      states.set(state.identity.id, { value: state, version: version + 1 })
      return true
    },
    async setIncident(identityId, incidentId, previous) {
      const known = incidents.get(identityId)
      if (known === undefined || known === previous) incidents.set(identityId, incidentId)
    },
    async loadNames(principalIds) {
      return new Map(principalIds.map((id) => [id, histories.get(id) ?? { value: [], version: 0 }]))
    },
    async saveNames(principalId, names, version) {
      if ((histories.get(principalId)?.version ?? 0) !== version) return false
      histories.set(principalId, { value: names, version: version + 1 })
      return true
    },
    async loadMoves(range) {
      return moves.get(range) ?? { value: NO_MOVES, version: 0 }
    },
    async saveMoves(range, value, version) {
      if ((moves.get(range)?.version ?? 0) !== version) return false
      moves.set(range, { value, version: version + 1 })
      return true
    },
    ...memoryExposures(),
    ...memoryWorkloads(),
    ...memoryUnclaimed(),
    async *ids() {
      yield* states.keys()
    },
  }
}
