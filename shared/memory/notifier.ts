import type { Notice, Notifier } from '../ports/notices.ts'

/** Collects what people would have been told. */
export function memoryNotifier(): Notifier & { readonly notices: readonly Notice[] } {
  const notices: Notice[] = []
  return {
    notices,
    async notify(notice) {
      notices.push(notice)
    },
  }
}
