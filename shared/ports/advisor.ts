import type { AdvisorFallback, Opinion } from '../domain/assessment.ts'

/** What the advisor is given: facts in the responder's own words and, apart from them, text that somebody else wrote. */
export interface EvidencePack {
  readonly incidentId: string
  readonly identityKind: string
  readonly baseline: {
    readonly ageDays: number
    readonly calls: number
    /** 0 to 1. */
    readonly maturity: number
    readonly errorRate: number
  }
  readonly risk: number
  /** Ids `F1`, `F2` …, strongest first. `share` is the points of the risk that a finding accounts for. */
  readonly findings: readonly {
    readonly id: string
    readonly detector: string
    readonly title: string
    readonly technique: string
    readonly share: number
  }[]
  /** Ids `S1`, `S2` …, oldest first: the findings of one signal and its age in seconds. */
  readonly timeline: readonly { readonly id: string; readonly secondsAgo: number; readonly findings: readonly string[] }[]
  readonly blastRadius: { readonly score: number; readonly reasons: readonly string[] }
  /** Text that an attacker may have written, by field: clipped and without characters of markup. */
  readonly untrusted: Readonly<Record<string, string>>
}

/** The advisor's opinion, or the cause why there is none. */
export type AdvisorAnswer = ({ readonly kind: 'answered' } & Opinion) | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** Limits of one answer: seconds until it must be there, and its tokens. */
export interface AdvisorLimits {
  readonly deadlineSeconds: number
  readonly maxOutputTokens: number
}

/** One question to a model, to be answered by calling `tool`. `instructions` are the same for every question of a kind. */
export interface ModelQuestion extends AdvisorLimits {
  readonly instructions: string
  readonly question: string
  readonly tool: { readonly name: string; readonly description: string; readonly schema: Readonly<Record<string, unknown>> }
  readonly incidentId: string
}

/** The answer of a model, or the cause why there is none. */
export type ModelAnswer =
  | {
      readonly kind: 'answered'
      /** The input that the model gave to the tool, not yet checked against its schema. */
      readonly input: unknown
      readonly inputTokens: number
      readonly outputTokens: number
      readonly milliseconds: number
    }
  | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** A language model. Never throws: a missing answer is a `fallback`. */
export interface Model {
  readonly id: string
  ask(asked: ModelQuestion): Promise<ModelAnswer>
}

/** Gives a second opinion on an assessment. Never throws: a missing answer is a `fallback`. */
export interface Advisor {
  /** Set when no model is configured, so that no budget is spent. */
  readonly isAbsent?: true
  advise(pack: EvidencePack, limits: AdvisorLimits): Promise<AdvisorAnswer>
}

/** Counts questions to the advisor, so that a flood of events cannot run up costs. */
export interface AdvisorBudget {
  /** Reserves one question for an identity in an hour (epoch hours). False when the identity's or the account's limit is reached. */
  reserve(hour: number, identityId: string, limits: { readonly perIdentity: number; readonly perAccount: number }): Promise<boolean>
}
