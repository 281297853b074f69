import type { Assessment, Contribution } from '../../domain/assessment.ts'
import { type Baseline, maturity } from '../../domain/baseline.ts'
import type { BlastRadius } from '../../domain/blast-radius.ts'
import type { Signal } from '../../domain/signal.ts'
import { DAY_MS } from '../../domain/time.ts'
import type { EvidencePack } from '../../ports/advisor.ts'
import { plainReason } from '../reach/plain-reason.ts'

/** Characters of each untrusted text that a model is given. */
export const UNTRUSTED_LIMIT = 200

/** Findings and timeline entries in a pack. */
const FINDING_LIMIT = 12
const TIMELINE_LIMIT = 12

/** Characters per token, chosen low: a token of English or JSON holds more, so the estimate errs on the high side. */
const CHARACTERS_PER_TOKEN = 3

/** Tokens of the fixed part of a question (instructions and schema), rounded up. */
const FIXED_TOKENS = 1000

/** What a pack is built from. `maxInputTokens` bounds the whole question. */
export interface EvidencePackInput {
  readonly incidentId: string
  readonly signal: Signal
  readonly baseline: Baseline
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  readonly maxInputTokens: number
}

/**
 * Builds the evidence that an advisor is given: derived facts, never raw events. All text that a caller of AWS can choose is in `untrusted` and
 * nowhere else. A finding that adds no points to the risk is left out: it rests on a fact that a stronger one counts already, and is no further
 * evidence. When the pack exceeds the token limit, the weakest findings are dropped first.
 */
export function evidencePack({ incidentId, signal, baseline, assessment, blastRadius, maxInputTokens }: EvidencePackInput): EvidencePack {
  const contributions = assessment.contributions.filter(addsPoints).slice(0, FINDING_LIMIT)
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
    // Names of roles and policies stand in reasons, and whoever made them chose those.
    blastRadius: { score: blastRadius.score, reasons: [...new Set(blastRadius.reasons.flatMap((reason) => plainReason(reason) ?? []))] },
    untrusted: untrustedOf(signal, contributions),
  }
  return fitToTokens(pack, maxInputTokens)
}

/** True where a finding adds points to the risk, in the precision in which a pack tells them. */
export function addsPoints({ share }: Pick<Contribution, 'share'>): boolean {
  return rounded(share) > 0
}

/** The evidence ids that an answer may cite. */
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
    .slice(-TIMELINE_LIMIT)
    .map(({ time, findings }, at) => ({ id: `S${at + 1}`, secondsAgo: Math.max(0, Math.round((now - time) / 1000)), findings }))
}

/** Text from outside, by field. The reasons of findings are included because they quote names of users, roles and resources. */
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
    Object.entries(texts).flatMap(([field, text]) => (text === undefined || text === '' ? [] : [[field, neutralised(text)]])),
  )
}

/**
 * Makes untrusted text safe to put into a prompt: NFKC-normalised, clipped to `UNTRUSTED_LIMIT`, and without characters that could end its
 * block, start another or hide text: markup, quotes, control, bidirectional, zero-width, private-use and Unicode tag characters.
 */
export function neutralised(text: string): string {
  const clean = text.normalize('NFKC').replace(/[<>&"'`{}\\\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu, '·')
  if (clean.length <= UNTRUSTED_LIMIT) return clean
  // Clipping may split a surrogate pair: its first half is removed.
  return `${clean.slice(0, UNTRUSTED_LIMIT - 1).replace(/[\ud800-\udbff]$/, '')}·`
}

/** Estimates the tokens of a question, on the high side. */
export function tokensOf(pack: EvidencePack): number {
  return FIXED_TOKENS + Math.ceil(JSON.stringify(pack).length / CHARACTERS_PER_TOKEN)
}

function fitToTokens(pack: EvidencePack, maxTokens: number): EvidencePack {
  let fitting = pack
  while (tokensOf(fitting) > maxTokens && fitting.findings.length > 1) {
    const dropped = fitting.findings.at(-1)?.id ?? ''
    const { [`reasonOf${dropped}`]: _, ...untrusted } = fitting.untrusted
    fitting = {
      ...fitting,
      findings: fitting.findings.slice(0, -1),
      timeline: fitting.timeline.flatMap((step) => {
        const findings = step.findings.filter((id) => id !== dropped)
        return findings.length === 0 ? [] : [{ ...step, findings }]
      }),
      untrusted,
    }
  }
  // One finding and a few clipped texts are left. Without the texts the pack fits the lowest limit that the policy accepts.
  return tokensOf(fitting) > maxTokens ? { ...fitting, untrusted: {} } : fitting
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
