import { asCall, recordOf } from '../scenarios/case.ts'
import { type Context, emptyBaseline, normalise, openWindow, type Signal } from './subjects.ts'

/**
 * What a reader may find at a parameter. A reader that goes on only where a text is there, or only where none is, shows all that it
 * reads over the three of them: `nothing` has no parameter, `objects` has every parameter and in it every other, `texts` has a text in each.
 */
const WORLDS = ['nothing', 'objects', 'texts'] as const
type World = (typeof WORLDS)[number]

const OUTCOMES = ['success', 'denied', 'failed'] as const

/** A request that writes down what is read of it, as paths without the places in lists: `launchSpecification.instanceType`. */
export function recordingRequest(reads: Set<string>, world: World): Signal['request'] {
  return recorder(reads, { path: [], valueAt: (path) => valueIn(world, reads, path) })
}

function valueIn(world: World, reads: Set<string>, path: readonly string[]): unknown {
  if (world === 'nothing') return undefined
  if (world === 'texts') return 'a text'
  return recorder(reads, { path, valueAt: (below) => valueIn(world, reads, below) })
}

/** A request that is there, and writes down what is read of it. */
export function recordingCopy(reads: Set<string>, request: object, path: readonly string[] = []): Signal['request'] {
  const valueAt = (below: readonly string[]): unknown => {
    const value: unknown = Reflect.get(request, below.at(-1) ?? '')
    return typeof value === 'object' && value !== null ? recordingCopy(reads, value, below) : value
  }
  return recorder(reads, { path, valueAt, like: request })
}

interface Recorded {
  readonly path: readonly string[]
  readonly valueAt: (path: readonly string[]) => unknown
  /** What is copied, where something is: it has these keys, and is a list where this is one. */
  readonly like?: object
}

function recorder(reads: Set<string>, { path, valueAt, like }: Recorded): Signal['request'] {
  const see = (key: string | symbol): unknown => {
    // A request as text is no read of a parameter: `JSON.stringify` gets what is copied, unrecorded.
    if (key === 'toJSON') return like === undefined ? undefined : () => like
    if (typeof key === 'symbol' || (Array.isArray(like) && !/^\d+$/.test(key)))
      return like === undefined ? undefined : Reflect.get(like, key)
    const named = [...path, key].filter((part) => !/^\d+$/.test(part))
    // Below it are the words of the policy language, which no operation's model has.
    if (!named.includes('Statement')) reads.add(named.join('.'))
    return valueAt([...path, key])
  }
  return new Proxy(Array.isArray(like) ? [] : {}, {
    get: (_, key) => see(key),
    has: (_, key) => see(key) !== undefined,
    // Who asks for every name at once reads none in particular.
    ownKeys: () => [],
    getOwnPropertyDescriptor: (target, key) => {
      if (Array.isArray(target) && key === 'length') return Reflect.getOwnPropertyDescriptor(target, key)
      const value = see(key)
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true }
    },
  })
}

/** Each parameter that a reader of signals reads, with the actions that it was shown when it read it. */
export type Reads = Map<string, Set<string>>

export type Reader = (signal: Signal, context: Context) => unknown

export function addReads(reads: Reads, action: string, run: (seen: Set<string>) => void): void {
  const seen = new Set<string>()
  run(seen)
  for (const path of seen) reads.set(path, (reads.get(path) ?? new Set()).add(action))
}

/** Shows a reader each action in every outcome and world. */
export function readsOf(reader: Reader, actions: Iterable<string>): Reads {
  const reads: Reads = new Map()
  for (const action of actions) {
    const signal = signalOf(recordOf(asCall(action), { id: action, time: Date.UTC(2026, 0, 1), n: 0 }))
    addReads(reads, action, (seen) => {
      for (const outcome of OUTCOMES) {
        for (const world of WORLDS) reader({ ...signal, outcome, request: recordingRequest(seen, world) }, freshContext(signal))
      }
    })
  }
  return reads
}

export function freshContext({ credential, time }: Signal): Context {
  return { baseline: emptyBaseline(), window: openWindow(credential.id, time) }
}

export function signalOf(record: object): Signal {
  const result = normalise(record)
  const signal = result.kind === 'signals' ? result.signals[0] : undefined
  if (signal === undefined) throw new Error(`no signal in ${JSON.stringify(record)}`)
  return signal
}
