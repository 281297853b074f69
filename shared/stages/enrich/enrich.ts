import type { AddressKind, Signal } from '../../domain/signal.ts'
import type { Countries } from '../../ports.ts'
import { addressKind } from './address-kind.ts'
import { agentFamily } from './agent-family.ts'

interface Place {
  readonly addressKind: AddressKind
  readonly country: string | undefined
}

/** How many addresses are remembered; a lookup in the country database takes about 2 µs. */
const PLACES_LIMIT = 10_000

/** Says of each signal where it came from and what made it, without asking the network. */
export function enricher(countries: Countries): (signal: Signal) => Signal {
  const places = new Map<string, Place>()
  const placeOf = (address: string): Place => {
    const known = places.get(address)
    if (known !== undefined) return known
    const kind = addressKind(address)
    const place = { addressKind: kind, country: kind === 'public' ? countries.countryOf(address) : undefined }
    if (places.size >= PLACES_LIMIT) places.clear()
    places.set(address, place)
    return place
  }
  return (signal) => {
    if (signal.origin.agentFamily !== 'unknown') return signal
    const { address, agent, via } = signal.origin
    return { ...signal, origin: { ...placeOf(address), address, agent, via, agentFamily: agentFamily(agent) } }
  }
}
