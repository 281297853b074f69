import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const functionLayerAdded: Detector = {
  id: 'function-layer-added',
  title: 'Layer added to a Lambda function',
  weight: 0.56,
  group: 'persistence',
  attack: 'T1648',
  sparesOwnWorks: true,
  runbook: 'Check whether a release added the layer; if not, remove it and read its code.',
  actions: ['lambda:UpdateFunctionConfiguration'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const { layers } = signal.request
    return Array.isArray(layers) && layers.length > 0
      ? { reason: `set ${layers.length} layers on ${text(signal.request, 'functionName') ?? 'a function'}` }
      : undefined
  },
}
