import * as z from 'zod'
import type { Change } from '../domain/change.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { append } from './append.ts'

/** The chain of what people did with messages that could not be processed. Only people write it, with their own rights. */
export const REDRIVE_SUBJECT = 'REDRIVE'

/** What became of a message. `sent`: the id that it has since it was put back; without one it was set aside. */
const Moved = z.looseObject({ message: z.string(), sent: z.string().optional() })
const Entry = z.looseObject({ moved: z.array(Moved).optional() })

/** Who did it, when and why. */
export interface Act {
  readonly at: string
  readonly by: string
  readonly why: string
}

/** Writes down that somebody begins to put messages of a queue back (`waiting`: how many lie there), and what became of messages. */
export async function noteRedrive(
  queue: string,
  to: { readonly begins: { readonly waiting: number } } | { readonly moved: readonly z.infer<typeof Moved>[] },
  { at, by, why }: Act,
  record: ChangeRecord,
): Promise<Change> {
  return append(record, REDRIVE_SUBJECT, { at, actor: by, kind: 'order', target: `queue:${queue}`, from: null, to, why: why.slice(0, 500) })
}

/** How often each message was put back before it got the id that it has now, by that id. Reads the whole chain. */
export async function readReturns(record: ChangeRecord): Promise<ReadonlyMap<string, number>> {
  const returns = new Map<string, number>()
  for (const { to } of await record.list(REDRIVE_SUBJECT)) {
    const entry = Entry.safeParse(to)
    for (const { message, sent } of entry.data?.moved ?? []) if (sent !== undefined) returns.set(sent, (returns.get(message) ?? 0) + 1)
  }
  return returns
}
