/** Whether something is so, where that may not be known. `unknown` names what would have to be known; it is empty for `yes` and `no`. */
export interface Answer {
  readonly value: 'yes' | 'no' | 'unknown'
  readonly unknown: readonly string[]
}

/** Yes where all are, no where one is not. */
export function allOf(answers: readonly Answer[]): Answer {
  return combined(answers, 'no', 'yes')
}

/** Yes where one is, no where none is. */
export function anyOf(answers: readonly Answer[]): Answer {
  return combined(answers, 'yes', 'no')
}

export function not({ value, unknown }: Answer): Answer {
  return { value: value === 'unknown' ? 'unknown' : value === 'yes' ? 'no' : 'yes', unknown }
}

/** The answer to a question that can be answered. */
export function known(isSo: boolean): Answer {
  return { value: isSo ? 'yes' : 'no', unknown: [] }
}

/** One `decisive` answer decides; where there is none, one that is unknown leaves it open. */
function combined(answers: readonly Answer[], decisive: 'yes' | 'no', otherwise: 'yes' | 'no'): Answer {
  if (answers.some(({ value }) => value === decisive)) return { value: decisive, unknown: [] }
  const open = answers.filter(({ value }) => value === 'unknown')
  if (open.length === 0) return { value: otherwise, unknown: [] }
  return { value: 'unknown', unknown: [...new Set(open.flatMap(({ unknown }) => unknown))] }
}
