import type { RequestListener, Server } from 'node:http'
import { Readable } from 'node:stream'
import dynalite from 'dynalite'
import { ResponderError } from '../../shared/errors.ts'

/** One call of DynamoDB's HTTP API. */
export interface TableCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface TableAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Answers a call of DynamoDB's HTTP API: in this process, or through the one that owns the table. */
export type AskTable = (call: TableCall) => Promise<TableAnswer>

export interface EmbeddedTable {
  readonly ask: AskTable
  /** The server of dynalite, which answers nothing by itself: it closes the database when it is closed, so it has to listen somewhere. */
  readonly server: Server
}

/** The table that is kept in a folder. dynalite is given whole calls and no connections, so a caller that goes away half-way cannot end it. */
export function embeddedTable(path: string): EmbeddedTable {
  const server = dynalite({ path, createTableMs: 0 })
  const [answer] = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  if (answer === undefined) throw new Error('dynalite answers no requests')
  return { server, ask: (call) => asRequest(answer, call) }
}

/** How long a call of the table may take, which is some milliseconds. */
const ANSWER_MS = 30_000

/** dynalite reads of a request and writes to a response only what stands here. */
function asRequest(answer: RequestListener, { method, url, headers, body }: TableCall): Promise<TableAnswer> {
  return new Promise((resolve, reject) => {
    const unanswered = setTimeout(
      () => reject(new ResponderError('store.unavailable', `the embedded table does not answer (${ANSWER_MS / 1000} s)`)),
      ANSWER_MS,
    )
    const request = Object.assign(Readable.from(body.length === 0 ? [] : [body]), { method, url, headers })
    const sent: Record<string, string> = {}
    const response = {
      statusCode: 200,
      setHeader(name: string, value: string | number) {
        sent[name.toLowerCase()] = String(value)
      },
      end(text = '') {
        clearTimeout(unanswered)
        resolve({ status: response.statusCode, headers: sent, body: Buffer.from(text) })
      },
    }
    answer(request as never, response as never)
  })
}

/**
 * Runs the first calls of a table. Where its database cannot be opened, dynalite throws where nobody can catch it: that becomes the
 * error of this.
 */
export async function whileOpening<T>(folder: string, run: () => Promise<T>): Promise<T> {
  let onFailure: (cause: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    onFailure = (cause) =>
      reject(
        new ResponderError(
          'store.unavailable',
          `the database in ${folder} cannot be opened (${cause.message}): it is damaged, or a countersign of an earlier release has it open`,
          { cause },
        ),
      )
  })
  process.on('uncaughtException', onFailure)
  try {
    return await Promise.race([run(), failed])
  } finally {
    process.off('uncaughtException', onFailure)
  }
}
