import { isNew } from '../../domain/baseline.ts'
import { isKeyMature } from '../../domain/key-habit.ts'
import type { Detector } from '../detector.ts'

/**
 * A user often has one key for a pipeline and one for a laptop. A key that is used from where only the other one is used is suspicious, although
 * the network and the tool are usual for the user.
 */
export const keyAnomalousUse: Detector = {
  id: 'key-anomalous-use',
  title: 'Access key used from where only the user’s other key is used',
  weight: 0.2,
  group: 'origin',
  fact: 'key-habit',
  attack: 'T1078.004',
  runbook: 'Ask the owner whether they moved the key there; if not, treat it as stolen.',
  delivery: 'key-calls',
  matches({ credential, origin }, { baseline }) {
    const habit = credential.kind === 'access-key' ? baseline.keys.get(credential.id) : undefined
    if (habit === undefined || !isKeyMature(habit, baseline)) return undefined
    // What is new to the user too is for new-network and new-agent-family.
    const isOfOtherKey = (known: readonly string[], feature: 'network' | 'agentFamily', value: string | undefined) =>
      value !== undefined && !known.includes(value) && !isNew(baseline, feature, value)
    const networks = isOfOtherKey(habit.networks, 'network', origin.network) ? [origin.network] : []
    const tools =
      origin.addressKind === 'public' && isOfOtherKey(habit.agents, 'agentFamily', origin.agentFamily) ? [origin.agentFamily] : []
    const unusual = [...networks, ...tools]
    if (unusual.length === 0) return undefined
    return { reason: `${unusual.join(' and ')}: never in ${habit.calls} calls of this key`, weight: unusual.length > 1 ? 0.35 : 0.2 }
  },
}
