import { accessSync, constants } from 'node:fs'
import { ResponderError } from '../errors.ts'
import type { GeoIp } from '../ports/lookup.ts'
import { countriesFrom } from './countries.ts'
import { networksFrom } from './networks.ts'
import { isNowhere } from './nowhere.ts'

/**
 * Locates addresses with two local files, without network access. Private and reserved addresses are nowhere, whatever the files say of them. The files are loaded at the first lookup, so that a function that starts does not wait for
 * them. Throws `config.invalid` at once when one is not there or not readable, and at the first lookup when its content cannot be read.
 */
export function geoIpFrom(files: { countries: string; networks: string }): GeoIp {
  for (const [what, path] of [
    ['country', files.countries],
    ['network', files.networks],
  ] as const)
    assertReadable(what, path)
  const countryOf = loadedOnce(() => countriesFrom(files.countries))
  const networkOf = loadedOnce(() => networksFrom(files.networks))
  return {
    locate: (address) =>
      isNowhere(address) ? { country: undefined, network: undefined } : { country: countryOf()(address), network: networkOf()(address) },
  }
}

function assertReadable(what: string, path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    throw new ResponderError('config.invalid', `cannot read the ${what} database ${path}: ${String(cause)}`, { cause })
  }
}

function loadedOnce<T>(load: () => T): () => T {
  let loaded: T | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
