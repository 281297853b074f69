import type { DrillAccount } from '../../shared/ports/drill.ts'
import type { Target } from '../target.ts'
import type { Seen } from './see-incident.ts'
import type { DrillTime } from './watch.ts'

/** What a drill asks of its target. */
export type DrillTarget = Seen & Pick<Target, 'name' | 'options' | 'review' | 'notifier' | 'caller' | 'close'>

/** What a drill works on: the account, the stack, time, and the person who runs it. */
export interface DrillPorts {
  readonly account: DrillAccount
  readonly target: DrillTarget
  readonly time: DrillTime
  /** Told what is done, line by line. */
  say(line: string): void
}

export interface DrillOptions {
  /** For so long each step is waited for. */
  readonly limitMs: number
  /** True where user and key stay in the account. */
  readonly isKept: boolean
  /** The command by which a second person gives the verdict. */
  secondVerdict(incidentId: string): string
}

/** What a person reads in the record as the reason of the verdict. */
export const DRILL_REASON = 'countersign drill: its own canary'
