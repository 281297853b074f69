import type { Notice, Notifier } from '../ports/notices.ts'

/** Collects notices instead of sending them. */
export function memoryNotifier(): Notifier & { readonly notices: readonly Notice[] } {
  const notices: Notice[] = []
  return {
    notices,
    async notify(notice) {
      notices.push(notice)
    },
  }
}
