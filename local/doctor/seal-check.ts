import { counted } from '../../shared/domain/counted.ts'
import { SEALED_HOURS } from '../../shared/domain/expected-times.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { HOUR_MS, minuteText } from '../../shared/domain/time.ts'
import type { ChangeRecord, SealVault } from '../../shared/ports/stores.ts'
import { POLICY_SUBJECT } from '../../shared/record/append.ts'
import { duration } from '../render/style.ts'
import type { CheckResult } from './check.ts'

const LIMIT_MS = SEALED_HOURS * HOUR_MS

export interface SealSubject {
  readonly record: Pick<ChangeRecord, 'page'>
  readonly vault: SealVault | undefined
  /** Whether a schedule seals it: that of a stack does, a folder is sealed by hand alone. */
  readonly isScheduled: boolean
  readonly now: number
  /** The commands that check the record and seal it, as they are typed. */
  readonly verify: string
  readonly seal: string
}

/** When the record was last sealed, how long ago that is, and whether the seal found anything. */
export async function sealResult({ record, vault, isScheduled, now, verify, seal }: SealSubject): Promise<CheckResult> {
  if (vault === undefined)
    return {
      state: 'broken',
      fact: 'The stack has no bucket for seals, so nothing shows that the record was rewritten.',
      todo: 'It is of an earlier version: deploy this one.',
    }
  const number = await vault.last()
  if (number === 0) return neverSealed(await firstEntry(record), { isScheduled, now, seal })
  const last = readSeal((await vault.get(number)) ?? '')
  if (last === undefined)
    return {
      state: 'broken',
      fact: `What is stored as the last seal, number ${number}, is no seal.`,
      todo: `\`${verify}\` names what differs.`,
    }
  const at = Date.parse(last.entry.at)
  const age = now - at
  const when = `The last seal, number ${number}, is of ${minuteText(at)}, ${age < 0 ? `${duration(-age)} from now` : `${duration(age)} ago`}`
  if (last.discrepancies.length > 0)
    return {
      state: 'broken',
      fact: `${when}. It found ${counted(last.discrepancies.length, 'chain')} of the record changed.`,
      todo: `\`${verify}\` names them; then see SealDiscrepancy in docs/operations.md.`,
    }
  if (!isScheduled) return { state: 'ok', fact: `${when}. No schedule seals a folder.` }
  const expected = `${when}; one is made every day at 03:17 UTC`
  if (age > LIMIT_MS || age < -HOUR_MS)
    return {
      state: 'broken',
      fact: `${expected}, so ${age < 0 ? 'its time is wrong' : 'one is missing'}.`,
      todo: 'See SealMissing in docs/operations.md.',
    }
  return last.uncompared > 0
    ? {
        state: 'look',
        fact: `${expected}. It had no time to compare ${counted(last.uncompared, 'chain')}.`,
        todo: `\`${seal}\`, then see SealUncompared in docs/operations.md.`,
      }
    : { state: 'ok', fact: `${expected}.` }
}

function neverSealed(
  begun: number | undefined,
  { isScheduled, now, seal }: Pick<SealSubject, 'isScheduled' | 'now' | 'seal'>,
): CheckResult {
  if (!isScheduled)
    return { state: 'look', fact: 'The record was never sealed, and no schedule seals a folder.', todo: `\`${seal}\` seals it.` }
  return begun !== undefined && now - begun > LIMIT_MS
    ? {
        state: 'broken',
        fact: `The record was never sealed, and its first policy is of ${minuteText(begun)}.`,
        todo: 'See SealMissing in docs/operations.md.',
      }
    : { state: 'look', fact: 'No seal was made yet; the first is made at 03:17 UTC.', todo: `Wait for it, or \`${seal}\`.` }
}

/** When the first policy was put in force (epoch ms), which a deployment does. */
async function firstEntry(record: SealSubject['record']): Promise<number | undefined> {
  const [first] = (await record.page(POLICY_SUBJECT, 1)).changes
  return first === undefined ? undefined : Date.parse(first.at)
}
