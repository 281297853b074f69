import { SECOND_MS } from '../../shared/domain/time.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { duration } from '../render/style.ts'
import type { CheckResult } from './check.ts'

/** A clock that is kept right is well within it. */
const RIGHT_MS = 5 * SECOND_MS

/** AWS refuses what is signed at another time than within five minutes of its own. */
const REFUSED_MS = 300 * SECOND_MS

const BREAKS = 'What this machine writes is off by as much: times in the record, and the ends of overrides and extensions.'
const SET = 'Set the clock of this machine, such as by NTP.'

/** How far the clock of this machine is from that of AWS. `ahead`: ms, negative where it is behind. */
export function clockResult(ahead: number): CheckResult {
  const apart = Math.abs(ahead)
  if (apart <= RIGHT_MS) return { state: 'ok', fact: 'The clock of this machine is that of AWS, to some seconds.' }
  const fact = `The clock of this machine is ${duration(apart)} ${ahead > 0 ? 'ahead of' : 'behind'} that of AWS. ${BREAKS}`
  return apart > REFUSED_MS
    ? { state: 'broken', fact: `${fact} AWS refuses calls that are signed more than 5 min off.`, todo: SET }
    : { state: 'look', fact, todo: SET }
}

/** Whether a folder has entries that are later than the clock of this machine. */
export async function folderClockResult(record: Pick<ChangeRecord, 'subjects' | 'last'>, now: number): Promise<CheckResult> {
  let newest = Number.NEGATIVE_INFINITY
  for await (const subject of record.subjects()) newest = Math.max(newest, Date.parse((await record.last(subject))?.at ?? '') || newest)
  const ahead = newest - now
  if (ahead <= RIGHT_MS) return { state: 'ok', fact: 'No entry of the record is later than the clock of this machine.' }
  return {
    state: 'look',
    fact: `The newest entry of the record is ${duration(ahead)} later than the clock of this machine, which is behind, or was ahead. ${BREAKS}`,
    todo: SET,
  }
}
