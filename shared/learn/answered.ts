import { isReleasedDrill } from '../domain/canary.ts'
import type { Incident } from '../domain/incident.ts'

/** One verdict of a person, with the assessment that it answers. */
export interface Answered {
  readonly incidentId: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly isCompromised: boolean
  /** The risk before the advisor, 0–100. */
  readonly baseRisk: number
  readonly isConfirmed: boolean
  /** Points of the risk, by detector. */
  readonly shares: Readonly<Record<string, number>>
  /** The advisor's likelihood of compromise, 0–100; undefined when it was not asked or gave no answer. */
  readonly likelihood: number | undefined
}

/** How often the advisor was asked, and how often it gave no answer, by cause. */
export interface Questions {
  readonly asked: number
  readonly fallbacks: Readonly<Record<string, number>>
}

/** Verdicts by the responder close expired incidents. They are no evidence of whether the decision was right. */
const NOT_A_PERSON = /^countersign:/

/** What people answered, and what is counted beside it. */
export interface Answers {
  /** Oldest first. */
  readonly answers: readonly Answered[]
  readonly questions: Questions
  /** Released drills, which are left out of the answers. */
  readonly drills: number
}

/** Collects the verdicts of people but for those on drills, and counts the questions to the advisor in all incidents. */
export function answersIn(incidents: readonly Incident[]): Answers {
  const fallbacks: Record<string, number> = {}
  let asked = 0
  let drills = 0
  const answers: Answered[] = []
  for (const { id, identity, verdict, assessment } of incidents) {
    const { opinion } = assessment
    if (opinion !== undefined && !(opinion.kind === 'fallback' && opinion.cause === 'absent')) asked += 1
    if (opinion?.kind === 'fallback' && opinion.cause !== 'absent') fallbacks[opinion.cause] = (fallbacks[opinion.cause] ?? 0) + 1
    if (verdict?.answered === undefined || NOT_A_PERSON.test(verdict.by)) continue
    if (isReleasedDrill({ identity, verdict })) {
      drills += 1
      continue
    }
    const { baseRisk, isConfirmed, shares, likelihood } = verdict.answered
    answers.push({
      incidentId: id,
      at: Date.parse(verdict.at),
      isCompromised: verdict.kind === 'compromised',
      baseRisk,
      isConfirmed,
      shares,
      likelihood: likelihood ?? undefined,
    })
  }
  return { answers: answers.sort((a, b) => a.at - b.at), questions: { asked, fallbacks }, drills }
}
