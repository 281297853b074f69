import { type ChainFault, verifyChain } from '../../shared/domain/change.ts'
import type { Target } from '../target.ts'

const FAULTS: Readonly<Record<ChainFault['fault'], string>> = {
  edited: 'was edited: its hash does not fit its content',
  missing: 'is missing',
  unlinked: 'does not follow the entry before it',
  'cut-short': 'is missing at the end: the incident knows of it',
}

/** Checks every hash chain of the record. Names the first bad entry of each chain that is not whole. */
export async function verifyChanges(target: Target, { isJson }: { isJson: boolean }): Promise<{ output: string; isWhole: boolean }> {
  const faults: ChainFault[] = []
  let chains = 0
  let entries = 0
  for await (const subject of target.record.subjects()) {
    const changes = await target.record.list(subject)
    const id = subject.startsWith('INCIDENT#') ? subject.slice('INCIDENT#'.length) : undefined
    const head = id === undefined ? undefined : (await target.incidents.get(id))?.value.head
    const fault = verifyChain(subject, changes, head)
    chains += 1
    entries += changes.length
    if (fault !== undefined) faults.push(fault)
  }
  const isWhole = faults.length === 0
  if (isJson) return { output: JSON.stringify({ chains, entries, isWhole, faults }), isWhole }
  const lines = faults.map(({ subject, number, fault }) => `${subject}: entry ${number} ${FAULTS[fault]}`)
  const summary = isWhole
    ? `${chains} chains with ${entries} entries: whole.`
    : `${faults.length} of ${chains} chains are not as they were written.`
  return { output: [...lines, summary].join('\n'), isWhole }
}
