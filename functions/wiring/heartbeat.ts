import { HEARTBEAT } from '../../shared/detect/delivery-rules.ts'
import type { OwnResources } from '../../shared/sense/enrich/tampering.ts'
import { fieldsOf, textOf } from '../../shared/sense/fields.ts'

/** A function that says whether an event is the call that the sweep makes so that it arrives: of this account and by a function of this stack. */
export function heartbeatOf(account: string, { sessions }: Pick<OwnResources, 'sessions'>): (input: unknown) => boolean {
  return (input) => {
    const event = fieldsOf(input)
    const detail = fieldsOf(event.detail)
    if (event.source !== HEARTBEAT.source || event.account !== account || detail.eventName !== HEARTBEAT.eventName) return false
    return sessions.has(textOf(fieldsOf(detail.userIdentity).arn, 2048) ?? '')
  }
}
