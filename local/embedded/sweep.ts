import { enforce } from '../../shared/contain/enforce.ts'
import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { sweep } from '../../shared/review/sweep.ts'

/** How often an embedded account is swept while a process has it open: as often as the schedule of a stack does it. */
export const SWEEP_EVERY_MS = 5 * MINUTE_MS

type EmbeddedPorts = Pick<SweepPorts, 'incidents' | 'record' | 'notifier' | 'clock' | 'log'> & Parameters<typeof enforce>[1]

/** Makes the sweep of an embedded account. There is no event history to look anything up in, no rotation, and nobody on call but the notices. */
export function embeddedSweep(ports: EmbeddedPorts, save: () => Promise<void>): () => Promise<void> {
  return async () => {
    await sweep({
      ...ports,
      containInvoker: { contain: (incidentId) => enforce(incidentId, ports) },
      rotateInvoker: undefined,
      backfillQueue: { backfill: async () => {} },
      pager: ports.notifier,
    })
    await save()
  }
}

/** Tells on standard error that a sweep failed: what waits stays as it is until the next one. */
export function tellSweepFailed(cause: unknown): void {
  process.stderr.write(
    `countersign: the sweep failed, and is tried again in five minutes: ${cause instanceof Error ? cause.message : 'unknown error'}\n`,
  )
}

/** Runs something again and again, every so many milliseconds, until the returned function is called. */
export type Every = (run: () => void, milliseconds: number) => () => void

/** The timer must not keep a process alive that is about to end. */
const timer: Every = (run, milliseconds) => {
  const started = setInterval(run, milliseconds)
  started.unref()
  return () => clearInterval(started)
}

/** Sweeps at once and then every five minutes, until the returned function is called. `fail` is told where a sweep fails; the next one is tried. */
export async function sweepRegularly(sweepOnce: () => Promise<void>, fail: (cause: unknown) => void, every = timer): Promise<() => void> {
  const attempt = () => sweepOnce().catch(fail)
  await attempt()
  return every(() => void attempt(), SWEEP_EVERY_MS)
}
