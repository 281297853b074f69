import { randomUUID } from 'node:crypto'
import { chmod, mkdir, rm, rmdir } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { ReviewKind } from '../../shared/domain/policy.ts'
import { errorName, ResponderError } from '../../shared/errors.ts'
import type { Target } from '../target.ts'
import type { AskTable } from './table.ts'

/** The most reports of one request, far below the size that is read of one. */
export const REPORTS_AT_ONCE = 500

/** What another command has the owner do, because it needs the account's IAM. Who says it is for the owner to know, never for the caller to say. */
export const Verdict = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('review'),
    incidentId: z.string().max(200),
    review: z.strictObject({
      kind: ReviewKind,
      reason: z.string(),
      revision: z.string().max(200).optional(),
      hours: z.number().optional(),
    }),
  }),
  z.strictObject({
    do: z.literal('approve'),
    incidentId: z.string().max(200),
    approval: z.strictObject({ edgeId: z.string(), reason: z.string() }),
  }),
  z.strictObject({ do: z.literal('report'), reports: z.array(ExposureReport).max(REPORTS_AT_ONCE) }),
])
export type Verdict = z.infer<typeof Verdict>

/** The owner's first words to another command. `console` is the address of its console, where it serves one. */
export const Greeting = z.strictObject({ id: z.uuid(), console: z.url().nullable() })

/** `verdict`: it is carried out, or noted and waits for a second person. `error`: as the owner's own command would have ended. */
export const VerdictAnswer = z.union([
  z.strictObject({ awaitsSecond: z.boolean() }),
  z.strictObject({ error: z.strictObject({ code: z.string().regex(/^[a-z.]{1,40}$/), message: z.string() }) }),
])

/** What DynamoDB takes at most in one call; a verdict is far smaller. */
const BODY_BYTES = 16 * 1024 * 1024

/** How long an owner that ends waits for the commands that still use it. */
const DRAIN_MS = 10_000

/** How long the database may take to close: milliseconds, and seconds where the machine is busy. */
const CLOSE_MS = 10_000

/** Bytes that the path of a Unix socket may have on macOS and the BSDs (`sun_path` less its end); Linux allows four more. */
const SOCKET_PATH_BYTES = 103

/** The start of the name of a folder in the temporary folder, for a socket whose own folder has too long a path. */
const SOCKET_FOLDER = 'countersign-'

/** Where a folder's owner is going to be reached: in the folder, or beside it where that path is too long. Null on Windows, which has no such sockets. */
export function socketPathFor(folder: string): string | null {
  if (process.platform === 'win32') return null
  const path = join(resolve(folder), 'owner.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path
  return join(tmpdir(), `${SOCKET_FOLDER}${randomUUID()}`, 'owner.sock')
}

export interface Served {
  /** Remembers the console's address for who asks. */
  announce(consoleUrl: string): void
  /** Waits for the commands that use the account, ends all connections and closes the database. False where the database does not close in time. */
  close(): Promise<boolean>
}

interface OwnerParts {
  readonly id: string
  readonly ask: AskTable
  readonly target: Pick<Target, 'review' | 'approve' | 'report'>
}

/** Has the owner's server answer other commands of the same user at a socket that only this user can open. Null: it answers nobody. */
export async function serveOwner(server: Server, socket: string | null, { id, ask, target }: OwnerParts): Promise<Served> {
  const leases = new Set<ServerResponse>()
  let consoleUrl: string | null = null
  let isEnding = false
  server.on('request', (request, response) => {
    void answer(request, response).catch((cause) => refuse(response, 500, errorName(cause)))
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser cannot open a Unix socket; whatever lets it do so all the same, such as a proxy, is no command.
    if (request.headers.origin !== undefined) return refuse(response, 403, 'no page is answered here')
    if (request.method === 'GET' && request.url === '/lease') return lease(response)
    const body = await bodyOf(request)
    if (body === undefined) return refuse(response, 413, 'too long')
    if (request.method !== 'POST') return refuse(response, 404, 'nothing here')
    if (request.url === '/verdict') return send(response, 200, Buffer.from(JSON.stringify(await carryOut(body, target))))
    if (request.url !== '/') return refuse(response, 404, 'nothing here')
    const { status, headers, body: text } = await ask({ method: 'POST', url: '/', headers: request.headers, body })
    send(response, status, text, headers)
  }
  function lease(response: ServerResponse): void {
    if (isEnding) return refuse(response, 503, 'ending')
    leases.add(response)
    response.on('close', () => leases.delete(response))
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.write(`${JSON.stringify({ id, console: consoleUrl })}\n`)
  }
  await listen(server, socket)
  return {
    announce(url) {
      consoleUrl = url
    },
    async close() {
      isEnding = true
      for (const one of leases) one.write('ending\n')
      const drained = Promise.all([...leases].map((one) => new Promise<void>((done) => one.on('close', done))))
      await Promise.race([drained, setTimeout(DRAIN_MS, undefined, { ref: false })])
      const isClosed = await closed(server)
      if (socket !== null && isInFolderOfItsOwn(socket)) await rmdir(dirname(socket))
      return isClosed
    },
  }
}

/** Closes a server and the database behind it, which waits for its own threads. False where that fails or takes too long. */
function closed(server: Server): Promise<boolean> {
  const closing = new Promise<boolean>((done) => {
    server.close((cause) => done(cause === undefined || cause === null))
    server.closeAllConnections()
  })
  return Promise.race([closing, setTimeout(CLOSE_MS, false, { ref: false })])
}

/** The name that `socketPathFor` gives a folder that is for the socket alone. A data folder may begin with the same letters. */
const OWN_FOLDER = new RegExp(`^${SOCKET_FOLDER}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

function isInFolderOfItsOwn(socket: string): boolean {
  return OWN_FOLDER.test(basename(dirname(socket)))
}

async function carryOut(body: Buffer, target: Pick<Target, 'review' | 'approve' | 'report'>): Promise<z.infer<typeof VerdictAnswer>> {
  try {
    const { success, data: verdict } = Verdict.safeParse(JSON.parse(body.toString('utf8')))
    if (!success)
      throw new ResponderError('usage', 'the process that owns the account does not know this verdict: is it of another release?')
    if (verdict.do === 'review') return { awaitsSecond: (await target.review(verdict.incidentId, verdict.review)).awaitsSecond }
    if (verdict.do === 'report') await target.report(verdict.reports)
    else await target.approve(verdict.incidentId, verdict.approval)
    return { awaitsSecond: false }
  } catch (cause) {
    if (cause instanceof ResponderError) return { error: { code: cause.code, message: cause.message } }
    return { error: { code: 'store.unavailable', message: `the process that owns the account could not do it: ${errorName(cause)}` } }
  }
}

async function listen(server: Server, socket: string | null): Promise<void> {
  // Where nobody is to be served the server listens all the same, so that it can be closed, at a name of chance, and hangs up on everybody.
  if (socket === null) server.on('connection', (connection) => connection.destroy())
  // Nobody else can have made a folder with a name of chance; where one is there, this fails.
  else if (isInFolderOfItsOwn(socket)) await mkdir(dirname(socket), { mode: 0o700 })
  // The claim on the folder is held: whoever left a socket there has ended.
  else await rm(socket, { force: true })
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      fail(new ResponderError('store.unavailable', `cannot listen at ${socket}: ${cause.code ?? cause.message}`, { cause })),
    )
    server.listen({ path: socket ?? `\\\\.\\pipe\\countersign-${randomUUID()}` }, done)
  })
  if (socket !== null) await chmod(socket, 0o600)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > BODY_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  send(response, status, Buffer.from(`countersign: ${why}\n`), { 'content-type': 'text/plain' })
}

function send(response: ServerResponse, status: number, body: Buffer, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': String(body.length) }).end(body)
}
