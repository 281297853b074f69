import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closest } from 'fastest-levenshtein'
import * as z from 'zod'
import { presentTechnique } from '../../shared/detect/rules/sigma/present-technique.ts'

/** What `make.ts` writes for `rules check` and the tests: the operations of each service that the responder names. */
export const KnownCalls = z.strictObject({
  source: z.string(),
  licence: z.string(),
  /** By the prefix of the action. Names of operations, several a line. */
  operations: z.record(z.string(), z.array(z.string())),
  /** Events that are no operation of a public model: those of `exceptions.json`. */
  events: z.array(z.string()),
})

/** What `make.ts` writes: the request parameters of the calls that the responder names. */
export const Parameters = z.strictObject({
  source: z.string(),
  licence: z.string(),
  /** By the action. Paths such as `launchSpecification.instanceType`, several a line; the places in a list are left out, and `*` is any key of a map. */
  parameters: z.record(z.string(), z.array(z.string())),
})

/** Where the operations stand, from here: the command line loads them. */
export const KNOWN_CALLS = '../../local/rules/known-calls.json'

/** Where the techniques stand, which the command line loads as well. */
export const TECHNIQUES = '../../local/rules/techniques.json'

export const Techniques = z.strictObject({
  source: z.string(),
  licence: z.string(),
  techniques: z.record(z.string().regex(/^T\d{4}(\.\d{3})?$/), z.string()),
})

/** `small` begins each parameter with a small letter; `wire` has the words of the request as it was sent. */
const Spelling = z.enum(['small', 'wire'])
export type Spelling = z.infer<typeof Spelling>

const Source = z.url()

/** What CloudTrail writes otherwise than the models have it, each with where that is documented. */
export const Exceptions = z.strictObject({
  /** Prefixes of actions whose models have other names; none where no model is public. */
  services: z.record(z.string(), z.strictObject({ models: z.array(z.string()), spelling: Spelling.optional(), source: Source })),
  /** Events that are no operation of a public model. */
  events: z.record(z.string(), z.strictObject({ parameters: z.array(z.string()).default([]), source: Source })),
  /** Parameters that CloudTrail spells in a way of its own, by the action; `s3:*` is all of a service. */
  parameters: z.record(z.string(), z.strictObject({ names: z.array(z.string()), note: z.string().optional(), source: Source })),
})

const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
export const readKnownCalls = () => KnownCalls.parse(read(KNOWN_CALLS))
export const readTechniques = () => Techniques.parse(read(TECHNIQUES))
export const readParameters = () => Parameters.parse(read('parameters.json'))
export const readExceptions = () => Exceptions.parse(read('exceptions.json'))

export interface Vocabulary {
  /** Why an action is none that CloudTrail logs; undefined where it is one. */
  faultOfAction(action: string): string | undefined
  /** Why none of the actions has a parameter; undefined where one has. */
  faultOfParameter(path: string, actions: readonly string[]): string | undefined
  /** Why a word that a request is searched for is in no parameter of the actions; undefined where it is. */
  faultOfWord(word: string, actions: readonly string[]): string | undefined
  /** Why an id is no technique of ATT&CK; undefined where it is one. */
  faultOfTechnique(id: string): string | undefined
}

export function vocabulary(exceptions = readExceptions()): Vocabulary {
  const { parameters } = readParameters()
  const { techniques } = readTechniques()
  const known = new Map<string, Set<string>>()
  for (const [service, lines] of Object.entries(readKnownCalls().operations))
    for (const name of wordsOf(lines)) known.set(`${service}:${name}`, new Set())
  for (const [action, lines] of Object.entries(parameters)) known.set(action, new Set(wordsOf(lines)))
  for (const [action, { parameters: names }] of Object.entries(exceptions.events)) known.set(action, new Set(names))
  for (const [action, { names }] of Object.entries(exceptions.parameters)) {
    const those = action.endsWith(':*') ? [...known.keys()].filter((name) => name.startsWith(action.slice(0, -1))) : [action]
    for (const one of those) {
      const own = known.get(one)
      if (own === undefined) throw new Error(`exceptions.json has parameters of ${one}, which is no operation`)
      for (const name of names) own.add(name)
    }
  }
  const nearestAction = (action: string) => {
    const service = action.slice(0, action.indexOf(':') + 1)
    const ofService = [...known.keys()].filter((name) => name.startsWith(service))
    return closest(action, ofService.length === 0 ? [...known.keys()] : ofService)
  }
  const parametersOf = (actions: readonly string[]) =>
    actions.flatMap((action) => [...(known.get(action) ?? known.get(nearestAction(action)) ?? [])])
  return {
    faultOfAction(action) {
      return known.has(action) ? undefined : `${action} is no operation that CloudTrail logs; the nearest is ${nearestAction(action)}`
    },
    faultOfParameter(path, actions) {
      const names = parametersOf(actions)
      if (names.includes(path) || names.includes(path.replace(/[^.]+$/, '*'))) return undefined
      const unlisted = actions.filter((action) => known.get(action)?.size === 0 && !Object.hasOwn(parameters, action))
      if (unlisted.length > 0 && unlisted.length === actions.length)
        return `${path}: the lists hold no parameters of ${unlisted.join(', ')}; \`npm run vocabulary\` adds those of calls that a file names`
      const where = actions.length > 3 ? `${actions.slice(0, 3).join(', ')} and ${actions.length - 3} more` : actions.join(', ')
      const nearest = names.length === 0 ? '' : `; the nearest is ${closest(path, names)}`
      return `${path} is no request parameter of ${where}${nearest}`
    },
    faultOfWord(word, actions) {
      const words = parametersOf(actions).map((path) => path.slice(path.lastIndexOf('.') + 1))
      return words.includes(word)
        ? undefined
        : `"${word}" is in no request of ${actions.join(', ')}; the nearest is ${closest(word, words)}`
    },
    faultOfTechnique(id) {
      if (id in techniques) return undefined
      const present = presentTechnique(id)
      return present === undefined
        ? `${id} is no technique of ATT&CK, or a revoked one; the nearest is ${closest(id, Object.keys(techniques))}`
        : `${id} is no technique of ATT&CK any more: it is revoked by ${present}, ${techniques[present]}`
    },
  }
}

function wordsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}
