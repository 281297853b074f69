import { enforce } from '../../shared/contain/enforce.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { ContainPorts } from '../../shared/ports/contain.ts'
import type { ContainInvoker } from '../../shared/ports/invokers.ts'
import { review } from '../../shared/review/review.ts'
import { findIncident } from '../../shared/review/reviewer.ts'
import type { SimulatedClock } from '../simulated-clock.ts'

/** A simulated person, who answers "legitimate" some time after being asked, by the time of the log. */
export interface LegitimateAnswers {
  /** A question to that person, at the time of the record that brought it (epoch ms). The first of an incident counts. */
  asked(incidentId: string, time: number): void
  /** An incident in which an intruder has part: that person sees it and does not answer "legitimate". */
  withheld(incidentId: string): void
  /** Gives the answers that are due until a time (epoch ms), in the order in which they are due. Returns the incidents as they stand then. */
  answerUntil(time: number): Promise<readonly Incident[]>
}

/** The policy under which a simulated person answers: every action is allowed, so that incidents move as decided, and one person's word counts. */
export function answeredPolicy({ override: _, ...policy }: Policy): Policy {
  const tiers = policy.tiers.map(({ mode: __, ...tier }) => tier)
  return { ...policy, mode: 'contain', tiers, approvers: [], fourEyes: [] }
}

/** The invoker of an account in which no step is applied: it gives back what a person released, and leaves all else as it is. */
export function releaseInvoker(ports: ContainPorts): ContainInvoker {
  return {
    async contain(incidentId) {
      const incident = (await ports.incidents.get(incidentId))?.value
      if (incident?.state === 'releasing') await enforce(incidentId, ports)
    },
  }
}

/** Makes the person, who answers after so many minutes. Answers go through the review that people use. */
export function legitimateAnswers(
  minutes: number,
  {
    clock,
    ...ports
  }: Pick<ContainPorts, 'incidents' | 'record'> & { readonly clock: SimulatedClock; readonly containInvoker: ContainInvoker },
): LegitimateAnswers {
  const due = new Map<string, number>()
  const never = new Set<string>()
  return {
    asked(incidentId, time) {
      if (!due.has(incidentId) && !never.has(incidentId)) due.set(incidentId, time + minutes * MINUTE_MS)
    },
    withheld(incidentId) {
      never.add(incidentId)
      due.delete(incidentId)
    },
    async answerUntil(time) {
      const now = [...due].filter(([, at]) => at <= time).sort(([, a], [, b]) => a - b)
      const answered: Incident[] = []
      for (const [incidentId, at] of now) {
        due.delete(incidentId)
        clock.moveTo(at)
        const answer = { kind: 'legitimate', by: 'local:simulated-person', reason: 'a person knows this work' } as const
        await review(incidentId, answer, { ...ports, clock })
        answered.push((await findIncident(incidentId, ports)).value)
      }
      return answered
    },
  }
}
