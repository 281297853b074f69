import { items } from '../../domain/parameters.ts'
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
  readsRequest: 'harm',
  actions: ['lambda:UpdateFunctionConfiguration'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const layers = items(signal.request, 'layers')
    return layers.length > 0
      ? { reason: `set ${layers.length} layers on ${text(signal.request, 'functionName') ?? 'a function'}` }
      : undefined
  },
}
