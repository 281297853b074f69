import type { Signal } from '../domain/signal.ts'

/**
 * What became of one input from outside. `ignored` is understood and not for us; `unreadable` is not understood, and
 * its sender has to be told.
 */
export type Normalised =
  | { readonly kind: 'signals'; readonly signals: readonly Signal[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
