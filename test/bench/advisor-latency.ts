import { enforce } from '../../shared/contain/enforce.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { ACCOUNT, arnOf, embedded, exposed } from '../embedded.ts'
import { type Figures, median, rounded } from './measure.ts'

const ROUNDS = 60

/** What every call to AWS is made to take here, so that the lane takes as long as it does there. Milliseconds. */
const DELAY_MS = 3

/** From a report to the key that is off, in the fast path: with a model that never answers, and with none. In turns. */
export async function advisorLatency(): Promise<Figures> {
  const never: Advisor = { advise: () => new Promise(() => {}) }
  const [without, withHung]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await timeToContained(absentAdvisor, round))
    withHung.push(await timeToContained(never, round))
  }
  return {
    'advisor.latency': {
      value: rounded(median(withHung) / median(without), 3),
      unit: `time to containment in the fast path, Bedrock never answers ÷ no advisor (${Math.round(median(without))} ms, ${DELAY_MS} ms a call)`,
      target: '<= 1.05',
    },
  }
}

async function timeToContained(advisor: Advisor, round: number): Promise<number> {
  const key = `AKIA${ACCOUNT}${String(round).padStart(4, '0')}`
  const account = {
    UserDetailList: [{ UserName: 'ci-build', Arn: arnOf('ci-build') }],
    AccessKeys: [{ UserName: 'ci-build', AccessKeyId: key, Status: 'Active' }],
  }
  const inner = await embedded({ account, policy: { advisor: { band: [0, 100] } }, callsContain: false })
  const slow = <T extends object>(port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([name, member]) => [
        name,
        typeof member !== 'function'
          ? member
          : async (...words: unknown[]) => {
              await new Promise((resolve) => setTimeout(resolve, DELAY_MS))
              return member.apply(port, words)
            },
      ]),
    ) as T
  const ports = {
    ...inner.ports,
    advisor,
    budget: memoryAdvisorBudget(),
    incidents: slow(inner.ports.incidents),
    record: slow(inner.ports.record),
    iam: slow(inner.account),
    containInvoker: { contain: (id: string) => enforce(id, ports) },
  }
  const startedAt = performance.now()
  // The slower way that follows the lane may wait for the model; what counts is when the key is off.
  const responding = pipeline(ports)([exposed(key)])
  while (!inner.account.isRefused('ci-build', key)) await new Promise((resolve) => setImmediate(resolve))
  const ms = performance.now() - startedAt
  await responding
  return ms
}
