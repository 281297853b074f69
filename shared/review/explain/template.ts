import type { ExplanationText, ResponseStep, Sentence } from './explanation.ts'
import { type Fact, factsOf, type Known } from './facts.ts'

/** The same facts in sentences of ours: what people read where no model is. */
export function templateOf(known: Known): ExplanationText {
  const { incident } = known
  const facts = factsOf(known)
  const has = (id: string) => facts.some((fact) => fact.id === id)
  const findings = facts.filter(({ id }) => /^F\d/.test(id))
  const first = findings.slice(0, 3)
  const calls = facts.filter(({ id }) => /^S\d/.test(id))
  const taken = stepsIn(known)
  const pending = facts.filter(({ id }) => /^P\d/.test(id))
  const summary: Sentence[] = [
    {
      text: `${incident.identity.kind} ${textOf(facts, 'I').split(' ')[1] ?? ''} is at risk ${incident.assessment.risk}.`,
      evidence: ['I', 'R'],
    },
    ...(first.length === 0 ? [] : [{ text: `What speaks against it most: ${first.map(titleOf).join('; ')}.`, evidence: ids(first) }]),
    ...(calls.length < 2
      ? []
      : [
          {
            text: `${known.signals.length} calls are in its timeline, the first ${calls[0]?.text.slice(0, 24) ?? ''}.`,
            evidence: [calls[0]?.id ?? 'I', calls.at(-1)?.id ?? 'I'],
          },
        ]),
    ...(has('V') ? [{ text: `A person has answered: ${textOf(facts, 'V')}.`.slice(0, 300), evidence: ['V'] }] : []),
  ]
  const why: Sentence[] = [
    { text: `Decided: ${textOf(facts, 'D')}.`.slice(0, 300), evidence: ['D', 'R'] },
    ...first.map((fact) => ({ text: fact.text.slice(0, 300), evidence: [fact.id] })),
    ...(taken.length === 0
      ? []
      : [
          {
            text: `${taken.length} ${taken.length === 1 ? 'step was' : 'steps were'} taken, each with its undo record.`,
            evidence: taken.slice(0, 8),
          },
        ]),
  ]
  return { summary, why, response: responseOf(known, { calls, taken, pending }), rotation: rotationOf(known, taken) }
}

function responseOf({ incident }: Known, { calls, taken, pending }: { calls: Fact[]; taken: string[]; pending: Fact[] }): ResponseStep[] {
  const { state } = incident
  const isAnswered = incident.verdict !== undefined
  return [
    {
      outcome: 'DE.AE-02',
      text: 'Compare the calls with what the owner says the credential is for.',
      evidence: calls.length === 0 ? ['I'] : ids(calls.slice(0, 3)),
    },
    state === 'contained' || taken.length > 0
      ? {
          outcome: 'RS.MI-01',
          text: 'It is contained: look whether work stands still that must not.',
          evidence: taken.length === 0 ? ['D'] : taken.slice(0, 8),
        }
      : { outcome: 'RS.MI-01', text: 'It is not contained: decide whether it has to be.', evidence: ['D'] },
    ...pending
      .slice(0, 3)
      .map((fact): ResponseStep => ({ outcome: 'RS.MI-02', text: `Set right: ${fact.text}`.slice(0, 300), evidence: [fact.id] })),
    ...(isAnswered ? [] : [{ outcome: 'RS.MA-02' as const, text: 'Answer the incident: legitimate, or compromised.', evidence: ['D'] }]),
    { outcome: 'RC.RP-05', text: 'When it is answered, see that what was given back or made anew works.', evidence: ['I'] },
  ]
}

function rotationOf({ incident }: Known, taken: readonly string[]): Sentence[] {
  const keys = incident.credentials.filter(({ kind }) => kind === 'access-key')
  if (incident.identity.kind !== 'iam-user' || keys.length === 0) return []
  return [
    {
      text: `Make the key anew once it is confirmed: ${keys.length === 1 ? 'it' : 'each of them'} was used as an intruder would, and whoever copied it keeps it.`,
      evidence: ['R', ...taken.slice(0, 2)],
    },
  ]
}

/** Entries of the record that say that a step is in place. */
function stepsIn({ changes }: Known): string[] {
  const shown = new Set(changes.slice(-30).map(({ number }) => number))
  return changes.filter(({ kind, number }) => kind === 'step-done' && shown.has(number)).map(({ number }) => `C${number}`)
}

function titleOf({ text }: Fact): string {
  return text.slice(0, Math.max(0, text.indexOf(' (')) || 60)
}

function textOf(facts: readonly Fact[], id: string): string {
  return facts.find((fact) => fact.id === id)?.text ?? ''
}

function ids(facts: readonly Fact[]): string[] {
  return facts.map(({ id }) => id)
}
