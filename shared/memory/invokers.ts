import type { BackfillQueue, BootstrapQueue, ContainInvoker, ReverifyQueue, RotateInvoker } from '../ports/invokers.ts'

/** Runs contain in the same process without waiting for it, like an asynchronous Lambda invocation. */
export function memoryContainInvoker(contain: (incidentId: string) => Promise<unknown>): ContainInvoker & { settled(): Promise<void> } {
  const running: Promise<unknown>[] = []
  return {
    async contain(incidentId) {
      // Deferred, so that the caller continues first. A failure of contain must not reject the invocation.
      const run = Promise.resolve().then(() => contain(incidentId))
      run.catch(() => {})
      running.push(run)
    },
    /** Waits for every run; rejects with the error of the first one that failed. */
    async settled() {
      while (running.length > 0) await running.shift()
    },
  }
}

/** Collects the keys whose history was requested. */
export function memoryBootstrapQueue(): BootstrapQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async bootstrap(accessKeyId) {
      asked.push(accessKeyId)
    },
  }
}

/** Collects the scheduled checks as `incidentId +seconds`. */
export function memoryReverifyQueue(): ReverifyQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async verifyLater(incidentId, afterSeconds) {
      for (const seconds of afterSeconds) asked.push(`${incidentId} +${seconds}`)
    },
  }
}

/** Collects the incidents whose keys are to be rotated. */
export function memoryRotateInvoker(): RotateInvoker & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async rotate(incidentId) {
      asked.push(incidentId)
    },
  }
}

/** Collects the incidents to backfill. */
export function memoryBackfillQueue(): BackfillQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async backfill(incidentId) {
      asked.push(incidentId)
    },
  }
}
