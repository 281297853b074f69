import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const commandRunOnInstances: Detector = {
  id: 'command-run-on-instances',
  title: 'Commands run on instances by Systems Manager',
  weight: 0.4,
  group: 'abuse',
  attack: 'T1651',
  runbook: 'Read the command and its output in Systems Manager; ask the owner whether they ran it.',
  readsRequest: 'harm',
  actions: ['ssm:SendCommand', 'ssm:CreateAssociation'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    // An association runs its document repeatedly, also on instances that are added later.
    const document = text(signal.request, 'documentName') ?? text(signal.request, 'name') ?? ''
    return /Run(Shell|PowerShell|Remote)Script$/.test(document) ? { reason: `ran ${document}` } : undefined
  },
}
