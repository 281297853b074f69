import type { PressLog } from '../ports/notices.ts'
import { putIf } from './conditional-put.ts'
import { keys, type Table } from './table.ts'

/** Remembers presses in DynamoDB, under `PRESS#id / TAKEN`, until the table's time to live removes them. */
export function dynamoPressLog(table: Table): PressLog {
  return {
    claim: (pressId, invocationId, forgetAt) =>
      putIf(
        table,
        { ...keys.press(pressId), takenBy: invocationId, expiresAt: forgetAt },
        { expression: 'attribute_not_exists(pk) OR takenBy = :id', values: { ':id': invocationId } },
      ),
  }
}
