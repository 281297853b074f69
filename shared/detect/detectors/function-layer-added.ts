import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const functionLayerAdded: Detector = {
  id: 'function-layer-added',
  title: 'Layer added to a function',
  weight: 0.56,
  group: 'persistence',
  attack: 'T1648',
  runbook: 'Look what the layer holds; take it off unless a release put it there.',
  actions: ['lambda:UpdateFunctionConfiguration'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const { layers } = signal.request
    return Array.isArray(layers) && layers.length > 0
      ? { reason: `gave ${text(signal.request, 'functionName') ?? 'a function'} ${layers.length} layers` }
      : undefined
  },
}
