import type { ActionsBlock, Button, KnownBlock } from '@slack/types'
import type { Change } from '../shared/domain/change.ts'
import type { Incident, IncidentSignal } from '../shared/domain/incident.ts'
import { offeredFor } from '../shared/domain/offered.ts'
import { answersOf } from '../shared/domain/story/answers.ts'
import { plainText } from '../shared/domain/story/said.ts'
import { storyOf } from '../shared/domain/story/story.ts'
import type { Message } from '../shared/slack/message.ts'
import { commandsIn, faultOf } from './printed-command.ts'

/** A sentence that begins with what says nothing to a person: an id, an ARN, an address. */
const BARE_ID = /^\W*(inc-[0-9a-f]|A[KS]IA[A-Z0-9]|arn:|\d+\.\d+\.\d+\.\d+|[0-9a-f]{8}-)/

/** What stands for something that was not written for people. */
const RAW = /undefined|\bNaN\b|\[object|Error:|\bnull\b|Invalid Date/

/** Faults of a text that people read: a bare id first, a raw value, a command that cannot be run. */
export function textFaults(text: string): string[] {
  return [...wordFaults(text), ...commandFaults(text)]
}

function wordFaults(text: string): string[] {
  const lines = text.split('\n')
  return [
    ...lines.filter((line) => BARE_ID.test(line)).map((line) => `begins with an id: ${line}`),
    ...lines.filter((line) => RAW.test(line)).map((line) => `raw: ${line}`),
  ]
}

function commandFaults(text: string): string[] {
  return commandsIn(text).flatMap((words) => faultOf(words) ?? [])
}

/** The number of calls that a kept signal stands for. */
const callsOf = (signals: readonly IncidentSignal[]) => signals.reduce((sum, { representedCalls = 1 }) => sum + representedCalls, 0)

/** Faults of the story of an incident: what it leaves out, and numbers that are not those of the incident. */
export function storyFaults(known: { incident: Incident; signals: readonly IncidentSignal[]; changes: readonly Change[] }): string[] {
  const { incident, signals, changes } = known
  const sentences = storyOf(known).sentences.map(({ parts }) => plainText(parts))
  const text = sentences.join('\n')
  const faults = textFaults(text)
  const demand = (holds: boolean, what: string) => {
    if (!holds) faults.push(`${what}: ${text}`)
  }
  const calls = signals.filter(({ reportedBy }) => reportedBy === undefined)
  if (calls.some(({ detectors }) => detectors.length > 0))
    demand(/^.+ (?:was|were) used from .+ at \d\d:\d\d UTC on \d{4}-\d\d-\d\d\.$/.test(sentences[0] ?? ''), 'no who, where and when')
  demand(/usually/i.test(sentences[1] ?? ''), 'nothing of the habit')
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
  const isKept = calls.every(({ representedCalls }) => representedCalls === undefined)
  if (isKept) {
    const succeeded = callsOf(calls.filter(({ outcome, detectors }) => outcome === 'success' && detectors.length > 0))
    demand(number(/^(\d+) calls? with findings succeeded/m) === succeeded, `not ${succeeded} that succeeded`)
    const since = incident.restrictedAt ?? incident.containedAt ?? Number.POSITIVE_INFINITY
    const refused = calls.filter(({ outcome }) => outcome === 'denied')
    const [before, after] = [refused.filter(({ time }) => time <= since), refused.filter(({ time }) => time > since)].map(callsOf)
    const said = /^Refused: (\d+) calls?(?: after the \w+)?(?: and (\d+) before that)?/m.exec(text)
    const isSaid = after === 0 ? Number(said?.[1] ?? 0) === before : Number(said?.[1] ?? 0) === after && Number(said?.[2] ?? 0) === before
    demand(isSaid, `not ${before} refused before and ${after} since`)
    const failed = callsOf(calls.filter(({ outcome }) => outcome === 'failed'))
    demand(number(/^Failed for another reason than missing rights: (\d+) calls?: /m) === failed, `not ${failed} that failed otherwise`)
  }
  demand(doneSentence(changes).test(text), 'nothing of what was done')
  if (incident.containedAt !== undefined || incident.restrictedAt !== undefined) demand(/^What it costs the owner/m.test(text), 'no cost')
  const answers = answersOf(incident, changes)
  demand(answers.length === offeredFor(incident).length && answers.every(({ does }) => does.length > 10), 'answers without what they do')
  return faults
}

/** How the sentence of what was done begins. A call that failed may have taken effect, so that nothing was changed is said where nothing was tried. */
function doneSentence(changes: readonly Change[]): RegExp {
  if (changes.some(({ kind }) => kind === 'step-done')) return /^(Done: at \d\d:\d\d UTC|The \w+ was taken back)/m
  if (changes.some(({ kind }) => kind === 'step-failed')) return /^(Tried, and not confirmed: |It is being)/m
  return /^(Nothing was changed|It is being)/m
}

/** Faults of a Slack message: limits of Slack, texts, dialogs, and a green release where the risk is high. */
export function slackFaults({ text, blocks }: Message, { isHigh }: { isHigh: boolean }): string[] {
  const faults = textFaults(text)
  for (const block of blocks) {
    const shown = sectionText(block)
    if (shown.length > 3000) faults.push(`${shown.length} characters in a block`)
    if (shown === '' && block.type === 'section') faults.push('an empty block')
    faults.push(...wordFaults(shown.replaceAll('`', '')), ...commandFaults(shown))
  }
  for (const button of blocks.flatMap(buttonsOf)) {
    const kind = button.action_id?.split(':')[0]
    if (kind !== 'explain' && kind !== 'details' && button.confirm === undefined) faults.push(`${kind} asks nothing back`)
    if (kind === 'legitimate' && isHigh && button.style === 'primary') faults.push('a green release at high risk')
    const { confirm } = button
    if (confirm === undefined) continue
    if ((confirm.title?.text.length ?? 0) > 100 || confirm.text.text.length > 300 || (confirm.confirm?.text.length ?? 0) > 30)
      faults.push(`a dialog of more than Slack allows: ${confirm.title?.text}`)
    if (!/[.!?”…]$/.test(confirm.text.text)) faults.push(`a dialog that ends in the middle: ${confirm.text.text}`)
  }
  return faults
}

function sectionText(block: KnownBlock): string {
  return block.type === 'section' ? (block.text?.text ?? '') : ''
}

function buttonsOf(block: KnownBlock): Button[] {
  return block.type === 'actions' ? ((block as ActionsBlock).elements as Button[]) : []
}
