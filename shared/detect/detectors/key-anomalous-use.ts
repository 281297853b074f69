import { isNew } from '../../domain/baseline.ts'
import { isKeyMature } from '../../domain/key-habit.ts'
import type { Detector } from '../detector.ts'

/** A user's two keys lead two lives: that of the pipeline on the laptop of the person is odd, though the user is known by both. */
export const keyAnomalousUse: Detector = {
  id: 'key-anomalous-use',
  title: 'A key used where only the user’s other key is',
  weight: 0.2,
  group: 'origin',
  attack: 'T1078.004',
  runbook: 'Ask the owner whether the key was moved there.',
  matches({ credential, origin }, { baseline }) {
    const habit = credential.kind === 'access-key' ? baseline.keys.get(credential.id) : undefined
    if (habit === undefined || !isKeyMature(habit, baseline)) return undefined
    // What is new to the user as well is said by other detectors.
    const isOdd = (known: readonly string[], feature: 'network' | 'agentFamily', value: string | undefined) =>
      value !== undefined && !known.includes(value) && !isNew(baseline, feature, value)
    const places = isOdd(habit.networks, 'network', origin.network) ? [origin.network] : []
    const tools = origin.addressKind === 'public' && isOdd(habit.agents, 'agentFamily', origin.agentFamily) ? [origin.agentFamily] : []
    const odd = [...places, ...tools]
    if (odd.length === 0) return undefined
    return { reason: `${odd.join(' and ')}: never in ${habit.calls} calls of this key`, weight: odd.length > 1 ? 0.35 : 0.2 }
  },
}
