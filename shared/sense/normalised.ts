import type { Signal } from '../domain/signal.ts'

/**
 * The result of normalising one input from outside. `ignored`: the input was understood and says nothing about credentials, or, with `isUnknown`, it is of a source
 * that is not read. `unreadable`: the input was not understood, and its sender gets the reason.
 */
export type Normalised =
  | { readonly kind: 'signals'; readonly signals: readonly Signal[] }
  | { readonly kind: 'ignored'; readonly reason: string; readonly isUnknown?: true }
  | { readonly kind: 'unreadable'; readonly reason: string }
