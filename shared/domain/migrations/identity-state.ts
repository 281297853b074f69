import * as z from 'zod'
import { RATE_KINDS } from '../call-rate.ts'
import { COUNTED_KINDS } from '../credential-window.ts'
import { EvidenceGroup, Technique } from '../finding.ts'
import { currentDetector } from '../policy-migration.ts'
import { ReportingSource } from '../report.ts'
import { SceneText } from '../scene.ts'
import { CreatedKind, IdentityKind } from '../signal.ts'
import { type Fields, type Shape, Time } from '../stored.ts'
import { currentGroup } from './finding.ts'

/** Characters of a 53-bit hash in base 36. */
export const HASH_LENGTH = 11

/** Hashes with their times: 11 base-36 digits, then the ticks since the entry before; a comma ends each. */
const Times = z.string().regex(/^(?:[0-9a-z]{11}-?[0-9a-z]+,)*$/, 'not a list of hashes and times')

/** Values, their weights, and the ticks from each time back from the baseline's last, in columns of the same length. */
const Frequencies = z
  .tuple([z.array(z.string()), z.array(z.number()), z.string().regex(/^(?:-?[0-9a-z]+,)*$/, 'not a list of times')])
  .refine(([values, weights, times]) => values.length === weights.length && values.length === times.split(',').length - 1, {
    error: 'columns of different lengths',
  })

/**
 * Detector, title, group, technique, whether it is confirmed, the fact where that is not the detector's id, and who reports it where that is not CloudTrail: what all
 * findings of a detector have in common.
 */
export const FindingKind = z.tuple([z.string(), z.string(), EvidenceGroup, Technique, z.boolean(), z.string(), ReportingSource.optional()])

/** As a row, what the policy does not count: all of a finding, with the reason, the end, and who reports it, each empty where there is none. */
export const ExceptedRow = z.tuple([
  z.string(),
  z.string(),
  EvidenceGroup,
  Technique,
  z.number().min(0).max(1),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  Time,
  z.string(),
  z.string(),
  z.union([z.literal(''), ReportingSource]),
])

const Place = z.number().int().min(0)

/** Number of the kind, weight, reason, signal id, credential id, time; then the numbers of its scenes. */
export const FindingRow = z.tuple([Place, z.number().min(0).max(1), z.string(), z.string(), z.string(), Time], Place)

/** Place and tool of a call, and what it was about where that is named. */
const SceneRow = z.union([z.tuple([SceneText, SceneText]), z.tuple([SceneText, SceneText, SceneText])])

const Hour = z.number().int()

const Count = z.number().min(0)

/** Kind, hour since 1970, calls in it, the most of an hour of that day, the usual most of an hour, days with any. */
const RateRow = z.tuple([z.enum(RATE_KINDS), Hour, Count, Count, Count, Count])

/** The stored form of a state: arrays in place of maps, in their order, which is part of the state. */
export const StoredState = z
  .strictObject({
    identity: z.tuple([z.string(), IdentityKind, z.string(), z.string()]),
    /** IAM's unique id of a user or role. */
    principalId: z.string().exactOptional(),
    /** Milliseconds of a tick: event times are whole seconds as a rule, so most states count in those. */
    tick: z.literal([1, 1000]),
    seen: Times,
    horizon: Time,
    /** First seen, last seen, calls, share of errors. Times beside it count in ticks from when it was last seen, so that is a whole number. */
    baseline: z.tuple([Time, Time.int(), z.number().min(0), z.number().min(0).max(1)]),
    expected: z.array(z.string()),
    probation: z.array(z.tuple([z.string(), Time])),
    newcomers: z.array(z.tuple([z.string(), Time])).default([]),
    /** Sources of calls, each with the first and the last hour since 1970; and the hour in which there was one too many. */
    addresses: z.tuple([z.array(z.tuple([z.string(), Hour, Hour])), Hour]),
    /** The last two days with new calls that were not learned, as hours since 1970. */
    unlearned: z.tuple([Hour, Hour]),
    keys: z.array(z.tuple([z.string(), Time, z.number().min(0), z.array(z.string()), z.array(z.string())])),
    features: z.record(z.string(), Frequencies),
    windows: z.array(
      z.tuple([
        z.string(),
        Time,
        Time,
        z.number().min(0),
        Times,
        Times,
        z.array(z.tuple([z.enum(COUNTED_KINDS), Times])),
        z.array(z.string()),
        z.array(z.string()),
        z.array(z.string()),
        z.string().nullable(),
        z.array(z.tuple([z.string(), CreatedKind, z.string(), z.string(), Time], z.string())),
        z.tuple([z.number().min(0), z.number()]),
      ]),
    ),
    /** What all credentials of the identity did: refused actions, discovery actions, distinct items by kind, what it created, rates of calls. */
    across: z.tuple([Times, Times, z.array(z.tuple([z.enum(COUNTED_KINDS), Times])), Times, z.array(RateRow)]),
    kinds: z.array(FindingKind),
    scenes: z.array(SceneRow).default([]),
    evidence: z.array(FindingRow),
    excepted: z.array(ExceptedRow).default([]),
    bootstrapped: z.array(z.string()),
  })
  .refine(({ kinds, evidence }) => evidence.every(([kind]) => kind < kinds.length), { error: 'evidence of an unknown kind' })
  .refine(({ scenes, evidence }) => evidence.every(([, , , , , , ...seen]) => seen.every((at) => at < scenes.length)), {
    error: 'evidence in an unknown place',
  })
export type StoredState = z.infer<typeof StoredState>

/** How an identity's state is stored. */
export const STATE_SHAPE: Shape<StoredState> = {
  version: 3,
  schema: StoredState,
  migrations: new Map([
    [1, stateOfVersion1],
    [2, stateOfVersion2],
  ]),
}

/** Where a window's row says what its credential made, and where such a row says of what kind that is. */
const ISSUED_AT = 11
const ISSUED_KIND_AT = 1

/** Five detectors got other names, and what was a `door` is a `backdoor`. */
function stateOfVersion1(stored: Fields): Fields {
  const { kinds, windows } = stored
  return {
    ...stored,
    kinds: eachRow(kinds, ([detector, ...rest]) => [typeof detector === 'string' ? currentDetector(detector) : detector, ...rest]),
    windows: eachRow(windows, (window) =>
      window.map((part, at) => (at === ISSUED_AT ? eachRow(part, (row) => row.map(kindOfVersion1)) : part)),
    ),
  }
}

function kindOfVersion1(value: unknown, at: number): unknown {
  return at === ISSUED_KIND_AT && value === 'door' ? 'backdoor' : value
}

function eachRow(rows: unknown, change: (row: readonly unknown[]) => unknown): unknown {
  return Array.isArray(rows) ? rows.map((row) => (Array.isArray(row) ? change(row) : row)) : rows
}

/** Findings name the fact that they rest on; what the identity created, the ranges of its calls, their rates and what could not be learned were not known. */
function stateOfVersion2(stored: Fields): Fields {
  const { kinds, across } = stored
  return {
    ...stored,
    addresses: [[], 0],
    unlearned: [0, 0],
    kinds: eachRow(kinds, ([detector, title, group, ...rest]) => [detector, title, currentGroup(detector, group), ...rest, '']),
    across: Array.isArray(across) ? [...across, '', []] : ['', '', [], '', []],
  }
}
