import { canonical } from '../domain/change.ts'
import { counted } from '../domain/counted.ts'
import { printable } from '../domain/printable.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { errorName } from '../errors.ts'
import type { DeployedResource, Deployment } from '../ports/deployment.ts'
import type { Notifier } from '../ports/notices.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import { expectedFacts } from './expected-facts.ts'

/** What the self-check needs. It reads the stack and changes nothing. */
export interface SelfCheckPorts {
  readonly deployment: Deployment
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

/** Resources that are read at the same time. */
const BATCH_SIZE = 8

/** Lines of a notice; what more there is is counted. */
const LINES = 30

/** For how long after a deployment people are told of it. Two sweeps see it, and one tells. */
const RECENT_MS = 10 * MINUTE_MS

/**
 * A function that compares the resources of the stack with what was deployed, and tells people of each difference. What cannot be read is said, and
 * not taken as right. The same differences are told once, and again whenever the function is started anew.
 *
 * The measure is what CloudFormation deployed. Whoever deploys another stack over it changes that too, so each deployment is told of as well.
 */
export function selfCheck(ports: SelfCheckPorts): () => Promise<readonly string[]> {
  let told = ''
  return async () => {
    const lines = await differences(ports)
    const text = lines.join('\n')
    if (text !== told && lines.length > 0) {
      for (const line of lines.slice(0, LINES)) ports.log.warn('self-check.difference', { line })
      await ports.notifier.notify({ incidentId: 'none', kind: 'self-check', priority: 100, title: titleOf(lines), body: bodyOf(lines) })
    }
    told = text
    return lines
  }
}

async function differences({ deployment, clock }: SelfCheckPorts): Promise<string[]> {
  const stack = await deployment.deployed().catch((cause: unknown) => `what was deployed could not be read: ${errorName(cause)}`)
  if (typeof stack === 'string') return [stack]
  if (stack.isUnderWay) return ['the stack is being deployed at this moment']
  const { resources } = stack
  const lines: string[] = []
  const deployedAt = Math.max(0, ...resources.map((one) => one.deployedAt))
  if (clock.now() - deployedAt < RECENT_MS) lines.push(`the stack was deployed at ${new Date(deployedAt).toISOString()}`)
  for (let from = 0; from < resources.length; from += BATCH_SIZE) {
    const found = await Promise.all(resources.slice(from, from + BATCH_SIZE).map((one) => differencesOf(one, resources, deployment)))
    lines.push(...found.flat())
  }
  return lines
}

async function differencesOf(resource: DeployedResource, all: readonly DeployedResource[], deployment: Deployment): Promise<string[]> {
  const expected = expectedFacts(resource, all)
  if (expected === undefined) return []
  const name = printable(resource.name, 120)
  const live = await deployment.live(resource).catch((cause: unknown) => `could not be read: ${errorName(cause)}`)
  if (live === undefined) return [`${name} is gone`]
  if (typeof live === 'string') return [`${name} ${live}`]
  return Object.entries(expected).flatMap(([fact, wanted]) => {
    const [is, was] = [inOneForm(live[fact]), inOneForm(wanted)].map((value) => canonical(value ?? null))
    return is === was ? [] : [`${name} ${fact}: ${printable(is ?? '', 300)}, deployed as ${printable(was ?? '', 300)}`]
  })
}

/** AWS answers lists in any order, and a list of one as its item or the other way round. Empty members say nothing. */
function inOneForm(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(inOneForm).sort((a, b) => (canonical(a ?? null) < canonical(b ?? null) ? -1 : 1))
    return items.length === 1 ? items[0] : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inOneForm(part)]))
}

function titleOf(lines: readonly string[]): string {
  return `Self-check: ${counted(lines.length, 'thing')} to look at in the responder itself`
}

function bodyOf(lines: readonly string[]): string {
  const more = lines.length > LINES ? [`… and ${lines.length - LINES} more`] : []
  return [
    'The resources of the responder are not as they were deployed, or were deployed anew.',
    ...lines.slice(0, LINES),
    ...more,
    'If nobody of yours did this, somebody is blinding the responder: find who did in CloudTrail, then deploy the stack again.',
  ].join('\n')
}
