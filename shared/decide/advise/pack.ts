import type { Assessment } from '../../domain/assessment.ts'
import { type Baseline, maturity } from '../../domain/baseline.ts'
import type { BlastRadius } from '../../domain/blast-radius.ts'
import type { Signal } from '../../domain/signal.ts'
import { DAY_MS } from '../../domain/time.ts'
import type { EvidencePack } from '../../ports/advisor.ts'

/** Characters of each untrusted text that a model gets to see. */
export const UNTRUSTED_LIMIT = 200

/** The most findings and steps of a timeline that are told. */
const FINDINGS = 12
const STEPS = 12

/** Fewer characters than this make a token in English and JSON; so a count by it is rather too high than too low. */
const CHARACTERS_PER_TOKEN = 3

/** What the fixed part of a question (instructions and schema) takes, rounded up. Tokens. */
const FIXED_TOKENS = 1000

export interface PackParts {
  readonly incidentId: string
  readonly signal: Signal
  readonly baseline: Baseline
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  readonly maxInputTokens: number
}

/**
 * What an advisor is told of a case: what the fold knows and no raw log. Everything that a caller can write stands in `untrusted` and nowhere
 * else. What does not fit into the tokens is left out: the weakest evidence first.
 */
export function evidencePack({ incidentId, signal, baseline, assessment, blastRadius, maxInputTokens }: PackParts): EvidencePack {
  const contributions = assessment.contributions.slice(0, FINDINGS)
  const pack: EvidencePack = {
    incidentId,
    identityKind: signal.identity.kind,
    baseline: {
      ageDays: Math.round((baseline.lastSeen - baseline.firstSeen) / DAY_MS),
      calls: baseline.calls,
      maturity: rounded(maturity(baseline)),
      errorRate: rounded(baseline.errorRate),
    },
    risk: assessment.baseRisk,
    findings: contributions.map(({ finding, share }, at) => ({
      id: `F${at + 1}`,
      detector: finding.detector,
      title: finding.title,
      technique: finding.technique,
      share: rounded(share),
    })),
    timeline: timelineOf(contributions, signal.time),
    blastRadius: { score: blastRadius.score, reasons: blastRadius.reasons },
    untrusted: untrustedOf(signal, contributions),
  }
  return fitted(pack, maxInputTokens)
}

/** The ids that an answer may rest on. */
export function evidenceIds({ findings, timeline }: Pick<EvidencePack, 'findings' | 'timeline'>): ReadonlySet<string> {
  return new Set([...findings, ...timeline].map(({ id }) => id).concat('BASELINE', 'BLAST_RADIUS'))
}

function timelineOf(contributions: Assessment['contributions'], now: number): EvidencePack['timeline'] {
  const bySignal = Map.groupBy(
    contributions.map(({ finding }, at) => ({ id: `F${at + 1}`, ...finding })),
    ({ signalId }) => signalId,
  )
  return [...bySignal.values()]
    .map((findings) => ({ time: findings[0]?.time ?? now, findings: findings.map(({ id }) => id) }))
    .sort((a, b) => a.time - b.time)
    .slice(-STEPS)
    .map(({ time, findings }, at) => ({ id: `S${at + 1}`, secondsAgo: Math.max(0, Math.round((now - time) / 1000)), findings }))
}

/** Reasons of findings quote names of users, roles and resources; so they stand here too. */
function untrustedOf({ origin, credential, identity, action, errorCode, region }: Signal, contributions: Assessment['contributions']) {
  const texts: Record<string, string | undefined> = {
    identityName: identity.name,
    sessionName: credential.sessionName,
    userAgent: origin.agent,
    address: origin.address,
    organisation: origin.organisation,
    action,
    errorCode,
    region,
    ...Object.fromEntries(contributions.map(({ finding }, at) => [`reasonOfF${at + 1}`, finding.reason])),
  }
  return Object.fromEntries(
    Object.entries(texts).flatMap(([field, text]) => (text === undefined || text === '' ? [] : [[field, neutral(text)]])),
  )
}

/**
 * Untrusted text as a model may see it: composed as it is meant to be read, clipped, and without what could end its block, start another
 * or hide in it: no markup, quotes, control, bidirectional, zero-width or private characters, no tags of Unicode.
 */
export function neutral(text: string): string {
  const clean = text.normalize('NFKC').replace(/[<>&"'`{}\\\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu, '·')
  if (clean.length <= UNTRUSTED_LIMIT) return clean
  // No half of a pair is left at the end.
  return `${clean.slice(0, UNTRUSTED_LIMIT - 1).replace(/[\ud800-\udbff]$/, '')}·`
}

/** Tokens of a question, rather too many than too few. */
export function tokensOf(pack: EvidencePack): number {
  return FIXED_TOKENS + Math.ceil(JSON.stringify(pack).length / CHARACTERS_PER_TOKEN)
}

function fitted(pack: EvidencePack, maxTokens: number): EvidencePack {
  let fitting = pack
  while (tokensOf(fitting) > maxTokens && fitting.findings.length > 1) {
    const gone = fitting.findings.at(-1)?.id ?? ''
    const { [`reasonOf${gone}`]: _, ...untrusted } = fitting.untrusted
    fitting = {
      ...fitting,
      findings: fitting.findings.slice(0, -1),
      timeline: fitting.timeline.flatMap((step) => {
        const findings = step.findings.filter((id) => id !== gone)
        return findings.length === 0 ? [] : [{ ...step, findings }]
      }),
      untrusted,
    }
  }
  // What is left is one finding and a few clipped texts: without those it fits any bound that the policy can set.
  return tokensOf(fitting) > maxTokens ? { ...fitting, untrusted: {} } : fitting
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
