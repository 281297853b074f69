import type { PressLog } from '../ports/notices.ts'

/** Remembers presses in memory. */
export function memoryPressLog(): PressLog {
  const presses = new Map<string, string>()
  return {
    async claim(pressId, invocationId) {
      if (!presses.has(pressId)) presses.set(pressId, invocationId)
      return presses.get(pressId) === invocationId
    },
  }
}
