import type { IncidentSignal } from '../incident.ts'
import type { NetworkKind } from '../network.ts'
import { named, type Part, say } from './said.ts'

const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** Countries whose names stand with an article in a sentence. */
const WITH_ARTICLE: ReadonlySet<string> = new Set(['US', 'GB', 'NL', 'AE', 'PH', 'CZ', 'DO', 'BS', 'GM', 'MV', 'SC', 'CF', 'CD'])

/** The name of a country in a sentence: `the United States` of `US`. */
export function countryText(code: string): Part {
  const name = /^[A-Z]{2}$/.test(code) ? REGIONS.of(code) : undefined
  if (name === undefined) return named(code)
  return WITH_ARTICLE.has(code) ? `the ${name}` : name
}

const KINDS: Readonly<Record<NetworkKind, string>> = {
  anonymiser: ' over a VPN or Tor',
  hosting: ' on a rented machine',
  aws: ' inside AWS',
  access: '',
}

type Place = Pick<IncidentSignal, 'country' | 'network' | 'networkKind' | 'address'>

/** Where a call came from, in words: `Romania over a VPN or Tor (M247 Europe SRL)`; the address, where nothing is known of it. */
export function placeText({ country, network, networkKind, address }: Place): Part[] {
  const kind = networkKind === undefined ? '' : KINDS[networkKind]
  const by = network === undefined ? [] : say` (${named(network)})`
  if (country === undefined) return say`${named(address)}${kind}${by}`
  return say`${countryText(country)}${kind}${by}`
}
