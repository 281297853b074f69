import type { BackfillQueue, BootstrapQueue, ContainInvoker, ReverifyQueue, RotateInvoker } from '../ports/invokers.ts'

/** Hands an incident to contain on the same machine. It does not wait for it, as an asynchronous invoke does not. */
export function memoryContainInvoker(contain: (incidentId: string) => Promise<unknown>): ContainInvoker & { settled(): Promise<void> } {
  const running: Promise<unknown>[] = []
  return {
    async contain(incidentId) {
      // One turn later: whoever calls goes on first, and a failure of contain is not a failure to call it.
      const run = Promise.resolve().then(() => contain(incidentId))
      run.catch(() => {})
      running.push(run)
    },
    /** Waits for every call that was made; throws what the first one that failed threw. */
    async settled() {
      while (running.length > 0) await running.shift()
    },
  }
}

/** Collects the keys whose past was asked for. */
export function memoryBootstrapQueue(): BootstrapQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async bootstrap(accessKeyId) {
      asked.push(accessKeyId)
    },
  }
}

/** Collects the incidents that are to be looked at again. */
export function memoryReverifyQueue(): ReverifyQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async verifyLater(incidentId, afterSeconds) {
      for (const seconds of afterSeconds) asked.push(`${incidentId} +${seconds}`)
    },
  }
}

/** Collects the incidents whose keys are to be made anew. */
export function memoryRotateInvoker(): RotateInvoker & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async rotate(incidentId) {
      asked.push(incidentId)
    },
  }
}

/** Collects the incidents whose events are to be looked up. */
export function memoryBackfillQueue(): BackfillQueue & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    async backfill(incidentId) {
      asked.push(incidentId)
    },
  }
}
