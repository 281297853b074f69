import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DrillAccount } from '../../shared/ports/drill.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { canaryFor } from '../drill/canary-for.ts'
import type { DrillTarget } from '../drill/drill-ports.ts'
import { drillJson, drillText, whatFollows } from '../drill/render-drill.ts'
import { runDrill } from '../drill/run-drill.ts'
import { isWhole } from '../drill/step.ts'
import type { DrillTime } from '../drill/watch.ts'
import { reviewCommand } from '../render/next-commands.ts'
import type { Paint } from '../render/style.ts'

/** How a drill is run. `goAhead` asks the person, and throws where the answer is no. */
export interface DrillCommand {
  readonly limitMs: number
  readonly isKept: boolean
  readonly isJson: boolean
  readonly stop: AbortSignal
  readonly paint: Paint
  /** That of the terminal. */
  readonly width?: number | undefined
  say(line: string): void
  goAhead?(what: string): Promise<void>
}

/** What a drill printed, and whether every step that was called for happened. */
export interface DrillOutcome {
  readonly output: string
  readonly isWhole: boolean
}

/** Runs a drill in an account on a stack. `time` and `note` are those of a simulation; without them time is that of this machine. */
export async function drill(
  { target, account, time, note }: { target: DrillTarget; account: DrillAccount; time?: DrillTime; note?: string },
  { limitMs, isKept, isJson, stop, paint, width, say, goAhead }: DrillCommand,
): Promise<DrillOutcome> {
  const clock = time ?? wallClock(stop)
  const { policy } = await readPolicy(target.record)
  // Hexadecimal digits are taken in a name by every part of AWS.
  const planned = canaryFor(policy, account, { caller: target.caller, random: randomBytes(6).toString('hex'), now: clock.now() })
  await goAhead?.(whatFollows(planned, { stack: target.name, account: account.id }))
  const secondVerdict = (incidentId: string) => reviewCommand('legitimate', incidentId, target)
  const report = await runDrill(planned, { limitMs, isKept, secondVerdict }, { account, target, time: clock, say })
  return { output: isJson ? drillJson(report, note) : drillText(report, { paint, width }, note), isWhole: isWhole(report, isKept) }
}

function wallClock(stop: AbortSignal): DrillTime {
  // An interrupted wait ends, and the next look says why.
  return { now: () => Date.now(), wait: (ms) => sleep(ms, undefined, { signal: stop }).catch(() => {}), stop }
}
