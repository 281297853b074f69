import { BlockList, isIP } from 'node:net'
import { isBinding } from '../domain/binding-detectors.ts'
import { type DetectorException, type DetectorTunings, endOf } from '../domain/detector-tuning.ts'
import { globs } from '../domain/glob.ts'
import { goesBy } from '../domain/identity-center.ts'
import type { Signal } from '../domain/signal.ts'
import { namedObjects } from './named-objects.ts'

/** An exception of a policy, and the detector that it is of. */
export interface ExceptionOf {
  readonly detector: string
  readonly exception: DetectorException
}

/** All exceptions of a policy that may apply; none for most policies. What binds has none. */
export function exceptionsIn(tunings: DetectorTunings): readonly ExceptionOf[] {
  return Object.entries(tunings).flatMap(([detector, { except }]) =>
    isBinding(detector) ? [] : except.map((exception) => ({ detector, exception })),
  )
}

/**
 * True where a signal fits all that an exception names, by the name that its identity has now: `isOwnName` of decide/exceptions-for.ts says whether that is to be
 * believed. What cannot be read fits nothing: an address that is nobody's, an empty user agent, parameters that were left out.
 */
export function fitsException(signal: Signal, exception: DetectorException): boolean {
  const { identities, networks, tools, objects } = exception
  return (
    signal.time < endOf(exception) &&
    (identities === undefined || identities.some((pattern) => goesBy(pattern, signal.identity.id))) &&
    (networks === undefined || isFrom(signal, networks)) &&
    (tools === undefined || isWith(signal, tools)) &&
    (objects === undefined || isOn(signal, objects))
  )
}

/** A private address is not compared: through an endpoint of a VPC of its own anybody has the one that it likes. */
function isFrom({ origin }: Signal, networks: readonly string[]): boolean {
  const { address, addressKind, network, vpcEndpointId } = origin
  if (addressKind !== 'public' || vpcEndpointId !== undefined) return false
  if (network !== undefined && networks.includes(network)) return true
  const version = isIP(address)
  return version !== 0 && listOf(networks).check(address, version === 4 ? 'ipv4' : 'ipv6')
}

const LISTS = new WeakMap<readonly string[], BlockList>()

/** The addresses and ranges of an exception, made once for each policy that is read. */
function listOf(networks: readonly string[]): BlockList {
  const known = LISTS.get(networks)
  if (known !== undefined) return known
  const list = new BlockList()
  for (const entry of networks) {
    const [address = '', prefix] = entry.split('/')
    const version = isIP(address)
    if (version === 0) continue
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  LISTS.set(networks, list)
  return list
}

function isWith({ origin: { agent, agentFamily } }: Signal, tools: readonly string[]): boolean {
  return agent !== '' && tools.some((pattern) => pattern === agentFamily || globs(pattern, agent))
}

/** All that the call names has to be excepted, not a part of it. */
function isOn(signal: Signal, objects: readonly string[]): boolean {
  const names = namedObjects(signal)
  return names?.every((name) => objects.some((pattern) => globs(pattern, name))) === true
}
