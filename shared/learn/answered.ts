import type { Incident } from '../domain/incident.ts'

/** One verdict of a person, with the assessment that it answered. */
export interface Answered {
  readonly incidentId: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly isCompromised: boolean
  /** Before the advisor. */
  readonly baseRisk: number
  readonly isConfirmed: boolean
  /** Points of the risk by detector. */
  readonly shares: Readonly<Record<string, number>>
  /** What the advisor thought, 0–100; undefined where it was not asked or gave no answer. */
  readonly likelihood: number | undefined
}

/** How often the advisor was asked, and why it gave no answer. */
export interface Questions {
  readonly asked: number
  readonly fallbacks: Readonly<Record<string, number>>
}

/** What nobody answered was ended by the responder: that says nothing of whether it was right. */
const NOT_A_PERSON = /^countersign:/

/** The verdicts of people among incidents, oldest first, and the questions to the advisor in all of them. */
export function answersIn(incidents: readonly Incident[]): { answers: Answered[]; questions: Questions } {
  const fallbacks: Record<string, number> = {}
  let asked = 0
  const answers: Answered[] = []
  for (const { id, verdict, assessment } of incidents) {
    const { opinion } = assessment
    if (opinion !== undefined && !(opinion.kind === 'fallback' && opinion.cause === 'absent')) asked += 1
    if (opinion?.kind === 'fallback' && opinion.cause !== 'absent') fallbacks[opinion.cause] = (fallbacks[opinion.cause] ?? 0) + 1
    if (verdict?.answered === undefined || NOT_A_PERSON.test(verdict.by)) continue
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
  return { answers: answers.sort((a, b) => a.at - b.at), questions: { asked, fallbacks } }
}
