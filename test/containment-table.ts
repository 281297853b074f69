import type { StepKind } from '../shared/contain/steps/step-kind.ts'
import { STEPS } from '../shared/contain/steps/steps.ts'

/** The table of docs/containment.md: what every kind of step declares of itself, a row each. */
export function containmentTable(steps: readonly StepKind[] = STEPS): string {
  const head = ['| step | on | contained | given back | looks by | sets and gives back by | looked at again on |', `|${' --- |'.repeat(7)}`]
  return ['', ...head, ...steps.map(row), ''].join('\n')
}

function row({ kind, calls: { reads, set, unset, reversedBy }, documentation: { what, how, back } }: StepKind): string {
  const cells = [`\`${kind}\``, what, how, back, named(reads), named([set, unset]), named(reversedBy)]
  return `| ${cells.join(' | ')} |`
}

function named(operations: readonly string[]): string {
  return [...new Set(operations)].map((operation) => `\`${operation}\``).join(', ')
}
