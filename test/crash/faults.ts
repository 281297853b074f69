/** What can go wrong with one call to AWS. */
export const FAULTS = [
  'throttled',
  'server-error',
  'access-denied',
  'timed-out-before',
  'timed-out-after',
  'killed-before',
  'killed-after',
] as const
export type Fault = (typeof FAULTS)[number]

const NAMES: Readonly<Record<Fault, string>> = {
  throttled: 'ThrottlingException',
  'server-error': 'ServiceFailureException',
  'access-denied': 'AccessDeniedException',
  'timed-out-before': 'TimeoutError',
  'timed-out-after': 'TimeoutError',
  'killed-before': 'Killed',
  'killed-after': 'Killed',
}

/** Numbers the calls that a flow makes on its ports, and lets one of them fail. */
export interface Faults {
  /** How many calls were made since `arm`. */
  readonly calls: number
  /** The names of the calls, in order. */
  readonly names: readonly string[]
  /** From now on call number `at` (from 1) fails so; 0 lets none fail. A killed process makes no further call until `revive`. */
  arm(at: number, fault: Fault): void
  /** A new process: what was killed runs again. */
  revive(): void
  /** Ports whose calls count. Members that are no functions stay as they are. */
  around<T extends object>(label: string, port: T): T
}

export function faults(): Faults {
  let at = 0
  let fault: Fault = 'throttled'
  let isDead = false
  let names: string[] = []
  const failure = () => Object.assign(new Error(NAMES[fault]), { name: NAMES[fault] })
  return {
    get calls() {
      return names.length
    },
    get names() {
      return names
    },
    arm(number, kind) {
      at = number
      fault = kind
      isDead = false
      names = []
    },
    revive() {
      isDead = false
    },
    around(label, port) {
      const wrapped = Object.entries(port).map(([name, member]) => {
        if (typeof member !== 'function') return [name, member]
        return [
          name,
          async (...words: unknown[]) => {
            if (isDead) throw failure()
            names.push(`${label}.${name}`)
            const isHit = names.length === at
            if (isHit && !fault.endsWith('-after')) {
              isDead = fault === 'killed-before'
              throw failure()
            }
            const answer = await member.apply(port, words)
            if (!isHit) return answer
            isDead = fault === 'killed-after'
            throw failure()
          },
        ]
      })
      return Object.fromEntries(wrapped)
    },
  }
}
