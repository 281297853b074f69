import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RENAMED_DETECTORS, RENAMED_KEYS } from '../shared/domain/policy-migration.ts'

const ROOT = join(import.meta.dirname, '..')

/** A word that was given up, and what is written in its place. */
interface GivenUp {
  readonly word: RegExp
  readonly instead: string
}

/** Words of text: comments, messages and documents. Names of code are split into their words first (`isHeld` is `is held`). */
const WORDS: readonly GivenUp[] = [
  { word: /\bdoors?\b/, instead: 'invoker, queue, entry point, channel or backdoor' },
  { word: /\bdesks?\b/, instead: 'unit of work' },
  { word: /(?<!npm run |test\/|· )\bbench\b(?!\/)/, instead: 'evaluation context' },
  { word: /\bjudg(?:e[ds]?|ing)\b/, instead: 'evaluate' },
  { word: /\bculprits?\b/, instead: 'primary' },
  { word: /\bchapters?\b/, instead: 'change log' },
  { word: /\bheed(?:s|ed|ing)?\b/, instead: 'log or handle' },
  { word: /\bhasten(?:s|ed|ing)?\b/, instead: 'invoke' },
  { word: /\braises? (?:an |the )?incidents?\b|\bincidents? (?:is|are) raised\b/, instead: 'open or upsert an incident' },
  { word: /`watch`|\bwatch (?:function|queue|invoker)\b/, instead: 'sweep' },
  { word: /\bhouse\b/, instead: 'project, code or folders' },
  { word: /\bthe land\b/, instead: 'the stack or the account' },
  { word: /\blens(?:es)?\b/, instead: 'value' },
  { word: /\b(?:confirmed|express)[ -]lanes?\b|\brespond\.express\b/, instead: 'fast path' },
  { word: /\bshared\/stages\b|(?<!\/)\bstages\//, instead: 'shared/{sense,detect,decide,contain,review,record,learn}' },
]

/** Names of code that were given up, as they are written. */
const NAMES: readonly GivenUp[] = [
  { word: /\bease[A-Z]\w*|\bease\(|\/ease\b/, instead: 'narrow (narrowDeny)' },
  { word: /\bdraftOf\b/, instead: 'the name of what is made' },
  { word: /\b(?:isHeld|holdsUntil)\b|'held'/, instead: 'isEnforced, isSuppressed or suppressed' },
  { word: /\b(?:const|let) raised\b|\braise(?:Incident)?\(/, instead: 'upserted or opened' },
  { word: /\btraceSources?\b|\btrace\.done\b/, instead: 'backfill' },
  { word: /\bAccountPicture\b/, instead: 'AuthorizationDetails' },
  { word: /\bMoments\b/, instead: 'TimedSet' },
  { word: /(?:interface|type|[:<{,]) ?Places\b/, instead: 'GeoIp' },
  { word: /\billReput\w*/, instead: 'blocklist' },
  { word: /\blearning\.tightens\b|\btightens:/, instead: 'autoTighten' },
  // Keys that are plain words (`says`, `places`) would be found in every text; the strict schema refuses them.
  ...RENAMED_KEYS.filter(({ path }) => /[A-Z]/.test(path.at(-1) ?? '')).map(({ path, to }) => ({
    word: new RegExp(`\\b${path.at(-1)}\\b`),
    instead: to,
  })),
  ...[...RENAMED_DETECTORS].map(([before, now]) => ({ word: new RegExp(`\\b${before}\\b`), instead: now })),
]

/** Files, and folders that end in `/`, that may use words that were given up, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'shared/domain/policy-migration.ts': 'names the keys of version 1 of the policy',
  'shared/domain/migrations/': 'names what earlier releases stored',
}

/** Documents and sources that people read. */
function files(): string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js|md|yaml)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
  return [
    ...['shared', 'functions', 'infra', 'local', 'docs'].flatMap(below),
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'policy.yaml',
  ]
}

/** A name of code as the words it is made of: `isHeld` is `is held`, `HOLD_HOURS` is `hold hours`. */
function words(text: string): string {
  return text.replace(/([a-z\d])([A-Z])|_(?=[A-Z])/g, (_, end = '', start = '') => `${end} ${start}`).toLowerCase()
}

/** Where a text has a word that was given up, with the word for it. */
function found(path: string, text: string): string[] {
  if (Object.keys(ALLOWED).some((allowed) => path.startsWith(allowed))) return []
  return text.split('\n').flatMap((line, at) => {
    const spoken = words(line)
    const hits = [
      ...WORDS.flatMap(({ word, instead }) => (spoken.match(word) === null ? [] : [{ hit: spoken.match(word)?.[0], instead }])),
      ...NAMES.flatMap(({ word, instead }) => (line.match(word) === null ? [] : [{ hit: line.match(word)?.[0], instead }])),
    ]
    return hits.map(({ hit, instead }) => `${path}:${at + 1}: "${hit}" was given up; write ${instead}`)
  })
}

describe('the language', () => {
  const all = files()

  it('has no word that was given up', () => {
    expect(all.length).toBeGreaterThan(300)
    expect(all.flatMap((path) => found(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  })

  it('allows only files that are there and need it', () => {
    const isNeeded = (allowed: string) =>
      all.some((path) => path.startsWith(allowed) && found('shared/x.ts', readFileSync(join(ROOT, path), 'utf8')).length > 0)
    expect(Object.keys(ALLOWED).filter((allowed) => !isNeeded(allowed))).toEqual([])
  })

  it.each([
    ['a comment', '/** Opens a door for later. */', 'door'],
    ['a part of a name', 'const deskOf = (batch: Batch) => batch', 'desk'],
    ['a constant', 'const MAX_DOORS = 3', 'doors'],
    ['an old verb', 'The responder judges each signal and raises an incident.', 'judges'],
    ['an old function', 'for an hour, `watch` looks them up', '`watch`'],
    ['an old key of the policy', 'see `learning.leastAsk`', 'leastAsk'],
    ['an old key in YAML', '  holdHours: 24', 'holdHours'],
    ['an old detector', 'weights: { models-hijacked: 0.5 }', 'models-hijacked'],
    ['an old name of code', 'await ease(step)', 'ease('],
    ['a word for the project', 'What the rest of the house knows', 'house'],
    ['a word for the stack', 'infra/ is the land', 'the land'],
    ['a word for a step', 'each step is a lens on one value', 'lens'],
    ['an old name of the fast path', 'The confirmed lane reads nothing', 'confirmed lane'],
    ['an old link', '[decision 2](docs/decisions/0002-express-lane.md)', 'express-lane'],
    ['an old log event', "log.warn('respond.express.failed')", 'respond.express'],
  ])('would find %s', (_, text, hit) => {
    expect(found('shared/x.ts', text).join()).toContain(`shared/x.ts:1: "${hit}" was given up`)
  })

  it.each([
    'a backdoor',
    'npm run bench',
    'it release(s) and decreases',
    'const places = 2',
    'a watchful eye',
    'judgement',
    'a data warehouse',
    'a landing page',
  ])('lets be: %s', (text) => {
    expect(found('shared/x.ts', text)).toEqual([])
  })
})
