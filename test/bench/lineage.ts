import { enforce } from '../../shared/contain/enforce.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, arnOf, call, embedded, exposed, KEY, NOW } from '../embedded.ts'
import type { Figures } from './measure.ts'

/** What every call to AWS is made to take here. Milliseconds. */
const DELAY_MS = 5
const SIZES = [1, 10, 100] as const

interface Span {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Round trips and time from the event to the key off, and to the whole lineage contained: a key for each of so many users. */
export async function lineages(): Promise<Figures> {
  const figures: Figures = {}
  for (const size of SIZES) {
    const { toKey, toAll } = await measured(size)
    const after = `, ${DELAY_MS} ms a call`
    figures[`lineage.${size}.key`] = {
      value: toKey.trips,
      unit: `serial round trips to the key inactive (${toKey.ms} ms${after})`,
      target: null,
    }
    figures[`lineage.${size}.all`] = {
      value: toAll.trips,
      unit: `serial round trips to ${size} made keys inactive too (${toAll.ms} ms${after})`,
      target: null,
    }
  }
  return figures
}

async function measured(size: number) {
  const names = Array.from({ length: size }, (_, at) => `made-${at}`)
  const account = AuthorizationDetails.parse({
    UserDetailList: ['ci-build', ...names].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' },
      ...names.map((UserName, at) => ({ UserName, AccessKeyId: keyOf(at), Status: 'Active' })),
    ],
  })
  const inner = await embedded({ account, callsContain: false })
  const spans: Span[] = []
  const slow = <T extends object>(port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([name, member]) => [
        name,
        typeof member !== 'function'
          ? member
          : async (...words: unknown[]) => {
              const start = performance.now()
              await new Promise((resolve) => setTimeout(resolve, DELAY_MS))
              const answer = await member.apply(port, words)
              spans.push({ name, start, end: performance.now() })
              return answer
            },
      ]),
    ) as T
  let run: Promise<void> | undefined
  const ports = {
    ...inner.ports,
    identities: slow(inner.ports.identities),
    incidents: slow(inner.ports.incidents),
    record: slow(inner.ports.record),
    breaker: slow(inner.ports.breaker),
    iam: slow(inner.account),
    notifier: slow(inner.ports.notifier),
    containInvoker: slow({
      async contain(id: string) {
        run ??= enforce(id, ports)
      },
    }),
  }
  const made = names.map((userName, at) =>
    call('iam:CreateAccessKey', {
      id: `m${at}`,
      time: NOW - 60_000 + at,
      request: { userName },
      response: { accessKey: { userName, accessKeyId: keyOf(at) } },
    }),
  )
  // The lineage is known before the deciding event, whose time is what is measured.
  await pipeline({ ...inner.ports, containInvoker: { contain: async () => {} } })(made)
  const respond = pipeline(ports)
  const startedAt = performance.now()
  const responding = respond([exposed()])
  await responding
  await run
  const offs = spans.filter(({ name }) => name === 'setAccessKeyStatus')
  const inactive = inner.account.authorizationDetails().AccessKeys.filter(({ Status }) => Status === 'Inactive').length
  if (inactive !== size + 1) throw new Error(`${inactive} of ${size + 1} keys are inactive: the figure would mean nothing`)
  const figure = (span: Span | undefined) => {
    if (span === undefined) throw new Error('no key was switched off')
    return { trips: depthOf(span, spans), ms: Math.round(span.end - startedAt) }
  }
  return { toKey: figure(offs[0]), toAll: figure(offs.at(-1)) }
}

/** How many calls, each begun after the one before had ended, lead to a call, itself counted. */
function depthOf(last: Span, spans: readonly Span[]): number {
  const ordered = [...spans].filter(({ end }) => end <= last.start).sort((a, b) => a.end - b.end)
  const depths: { end: number; most: number }[] = []
  const before = (start: number) => {
    let [low, high] = [0, depths.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((depths[middle]?.end ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return depths[low - 1]?.most ?? 0
  }
  for (const { start, end } of ordered) depths.push({ end, most: Math.max(depths.at(-1)?.most ?? 0, before(start) + 1) })
  return before(last.start) + 1
}

function keyOf(at: number): string {
  return `AKIA${ACCOUNT}${String(at).padStart(4, '0')}`
}
