import type { AdvisorFallback, Opinion } from '../domain/assessment.ts'

/** What the advisor is told: what the fold knows, in words of ours, and apart from it what somebody else wrote. */
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
  /** `F1`, `F2` …, strongest first, each with the points of the risk that it accounts for. */
  readonly findings: readonly {
    readonly id: string
    readonly detector: string
    readonly title: string
    readonly technique: string
    readonly share: number
  }[]
  /** `S1`, `S2` …, oldest first: when what was found, counted back from now. */
  readonly timeline: readonly { readonly id: string; readonly secondsAgo: number; readonly findings: readonly string[] }[]
  readonly blastRadius: { readonly score: number; readonly reasons: readonly string[] }
  /** Text that an attacker may have written, by what it is: clipped, and without what could be taken for markup. */
  readonly untrusted: Readonly<Record<string, string>>
}

export type AdvisorAnswer = ({ readonly kind: 'answered' } & Opinion) | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** What an answer may cost: seconds, and tokens of the answer. */
export interface AdvisorLimits {
  readonly deadlineSeconds: number
  readonly maxOutputTokens: number
}

/** One question to a model, to be answered by one tool. `instructions` are the same for every question of a kind. */
export interface ModelQuestion extends AdvisorLimits {
  readonly instructions: string
  readonly question: string
  readonly tool: { readonly name: string; readonly description: string; readonly schema: Readonly<Record<string, unknown>> }
  readonly incidentId: string
}

export type ModelAnswer =
  | {
      readonly kind: 'answered'
      /** What the tool was called with: not checked yet. */
      readonly input: unknown
      readonly inputTokens: number
      readonly outputTokens: number
      readonly milliseconds: number
    }
  | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** A language model. Never throws: no answer is an answer. */
export interface Model {
  readonly id: string
  ask(asked: ModelQuestion): Promise<ModelAnswer>
}

/** A second opinion on an assessment. Never throws: no answer is an answer. */
export interface Advisor {
  /** Set where there is none: then no budget is spent on asking it. */
  readonly isAbsent?: true
  advise(pack: EvidencePack, limits: AdvisorLimits): Promise<AdvisorAnswer>
}

/** Counts questions to the advisor, so that a flood of events cannot run up the bill. */
export interface AdvisorBudget {
  /** Takes one question of an hour (epoch hours) for an identity. False where its share or the account's is used up. */
  take(hour: number, identityId: string, limits: { readonly perIdentity: number; readonly perAccount: number }): Promise<boolean>
}
