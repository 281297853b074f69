import { requireReason } from '../../shared/domain/reason.ts'
import { ResponderError } from '../../shared/errors.ts'
import { asTyped } from '../command-name.ts'
import { isYes } from '../go-ahead.ts'
import type { Target } from '../target.ts'
import { confirmIncident, releaseIncident, whatFollows } from './incidents.ts'

/** Asks the person at the terminal; undefined where the terminal is closed. */
export type Ask = (question: string) => Promise<string | undefined>

/** What may be typed under the story, each a verdict. */
const VERDICTS = {
  release: { kind: 'legitimate', give: releaseIncident },
  confirm: { kind: 'compromised', give: confirmIncident },
} as const

/** `release`, `release ID` or `release ID --reason "…"`, as the commands are typed. */
const VERDICT = /^(?<word>release|confirm)(?:\s+(?<id>inc-\w+))?(?:\s+--reason\s+(?<reason>.+))?$/

/**
 * Answers a line that was typed under the story: a verdict on `incidentId` or on the incident that the line names. As the commands do, it wants a
 * reason, says what will happen and asks first. Returns what to print.
 */
export async function answerTo(
  line: string,
  incidentId: string | undefined,
  { target, ask }: { target: Target; ask: Ask },
): Promise<string> {
  const typed = line.trim().match(VERDICT)?.groups
  const id = typed?.id ?? incidentId
  if (typed === undefined || id === undefined) return 'Type "release" or "confirm", or press Enter to end.'
  const { kind, give } = VERDICTS[typed.word as keyof typeof VERDICTS]
  try {
    const what = await whatFollows(target, id, kind)
    const reason = unquoted(typed.reason ?? (await ask('Why? The record keeps the reason. > ')) ?? '')
    requireReason({ reason })
    if (!isYes((await ask(`${what}\nGo on? [y/N] `)) ?? '')) return 'Nothing was done.'
    return await give(target, id, { reason, isJson: false })
  } catch (cause) {
    if (cause instanceof ResponderError) return `Nothing was done: ${asTyped(cause.message, target)}`
    throw cause
  }
}

function unquoted(text: string): string {
  const { content } = text.trim().match(/^(?<quote>["'])(?<content>.*)\k<quote>$/)?.groups ?? {}
  return content ?? text.trim()
}
