import { Agent, type IncomingMessage, request } from 'node:http'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { type ErrorCode, ResponderError } from '../../shared/errors.ts'
import { checked, isOpen, unsafe } from './folder-rights.ts'
import type { Owner } from './owner.ts'
import { Greeting, type Verdict, VerdictAnswer } from './serve-owner.ts'
import type { AskTable } from './table.ts'

/** How long the owner may take to greet, and to answer a call of the table. */
const ANSWER_MS = 5_000

/** How long a verdict may take: contain makes every step of it in the embedded account, which is far faster. */
const VERDICT_MS = 60_000

/** The owner of a folder, from another process of the same user. */
export interface ReachedOwner {
  readonly owner: Owner
  /** The address of its console, where it serves one. */
  readonly console: string | null
  readonly ask: AskTable
  say(verdict: Verdict): Promise<{ awaitsSecond: boolean }>
  /** Resolves when the owner ends, or says that it is about to. */
  readonly ended: Promise<void>
  close(): void
}

/**
 * Reaches the owner at its socket, and has it stay until `close`. Undefined where it does not answer: it starts, ends or is stopped.
 * Throws `folder.unsafe` where the socket is not this user's own, or somebody else listens there.
 */
export async function reachOwner(owner: Owner): Promise<ReachedOwner | undefined> {
  const { id, socket } = owner
  if (socket === null || !(await isThere(socket))) return undefined
  const lease = await openLease(socket)
  if (lease === undefined) return undefined
  const lines = createInterface({ input: lease })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) return undefined
  const greeting = Greeting.safeParse(jsonOf(first.value))
  if (!greeting.success || greeting.data.id !== id) {
    lease.destroy()
    throw unsafe(socket, 'what listens there is not the process of the lock file')
  }
  lease.setTimeout(0)
  const agent = new Agent({ keepAlive: true })
  const call = (path: string, ms: number, parts: Sent) => exchange({ socketPath: socket, agent, path, timeout: ms, ...parts })
  return {
    owner,
    console: greeting.data.console,
    ask: ({ method, url, headers, body }) => call(url, ANSWER_MS, { method, headers, body }),
    async say(verdict) {
      const { body } = await call('/verdict', VERDICT_MS, { method: 'POST', headers: {}, body: Buffer.from(JSON.stringify(verdict)) })
      const answer = VerdictAnswer.parse(jsonOf(body.toString('utf8')))
      if ('error' in answer) throw new ResponderError(answer.error.code as ErrorCode, answer.error.message)
      return answer
    },
    ended: lines.next().then(
      () => {},
      () => {},
    ),
    close() {
      lease.destroy()
      agent.destroy()
    },
  }
}

/** True where a socket stands at the path that nobody but this user can open; false where nothing stands there. */
async function isThere(socket: string): Promise<boolean> {
  const folder = await checked(dirname(socket), 'may be gone')
  const stats = await checked(socket, 'may be gone')
  if (folder === undefined || stats === undefined) return false
  if (!stats.isSocket() || isOpen(folder)) throw unsafe(socket, 'other users may have put it there')
  return true
}

function openLease(socketPath: string): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/lease', agent: false, timeout: ANSWER_MS })
    asking.on('error', () => resolve(undefined))
    asking.on('timeout', () => asking.destroy())
    asking.on('response', (response) => {
      response.on('error', () => {})
      if (response.statusCode !== 200) response.destroy()
      resolve(response.statusCode === 200 ? response : undefined)
    })
    asking.end()
  })
}

interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

interface Exchange extends Sent {
  readonly socketPath: string
  readonly agent: Agent
  readonly path: string
  readonly timeout: number
}

function exchange({ body, headers, ...options }: Exchange): ReturnType<AskTable> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(
        new ResponderError(
          'account.busy',
          `the process that has the embedded account open does not answer any more (${cause.code ?? cause.message}): run the command again`,
          { cause },
        ),
      )
    const asking = request({ ...options, headers: { ...headers, host: 'owner', 'content-length': String(body.length) } })
    asking.on('error', fail)
    asking.on('timeout', () => asking.destroy(new Error(`no answer in ${options.timeout} ms`)))
    asking.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', fail)
      response.on('end', () => {
        const sent = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const)
        resolve({ status: response.statusCode ?? 500, headers: Object.fromEntries(sent), body: Buffer.concat(parts) })
      })
    })
    asking.end(body)
  })
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
