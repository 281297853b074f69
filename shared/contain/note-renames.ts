import { isAboutOthers } from '../domain/created-principal.ts'
import { withRename } from '../domain/follow-rename.ts'
import type { Incident } from '../domain/incident.ts'
import { isRename, type Rename, renamedIn, withOtherName } from '../domain/rename.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { updateIncident } from '../record/update-incident.ts'
import { keyOf } from './follow-renames.ts'
import { accountBeside } from './in-account.ts'

type Ports = Pick<RespondPorts, 'identities' | 'incidents' | 'iam'>

/**
 * Puts the incidents of users that a batch renames under their new names, before contain looks at them. Answers the identities whose events have to be
 * delivered again, with the reason.
 */
export async function noteRenames(signals: readonly Signal[], ports: Ports): Promise<Map<string, string>> {
  const failed = new Map<string, string>()
  for (const signal of signals) {
    if (!isRename(signal) || signal.outcome !== 'success') continue
    await noteRename(signal, ports).catch((cause: unknown) => {
      failed.set(signal.identity.id, `a rename could not be followed: ${errorName(cause)}`)
    })
  }
  return failed
}

async function noteRename(signal: Signal, { identities, incidents, iam }: Ports): Promise<void> {
  const said = renamedIn(signal)
  if (said === undefined) return
  const { from, to, user } = said
  const { identity: caller } = signal
  const shown = await iam.describe(user)
  const arn = shown?.arn ?? user.id
  // The call names neither path. Where the path stays, the old ARN has that of the new one.
  const own = caller.kind === 'iam-user' && caller.name === from ? [caller.id] : []
  const before = [...new Set([...own, withOtherName(arn, to, from), withOtherName(user.id, to, from)])]
  const one: Identity = { ...user, name: from, ...(shown?.principalId === undefined ? {} : { principalId: shown.principalId }) }
  const rename: Rename = { from, to, arn, time: signal.time }
  const known = await identities.load(before)
  const ids = new Set([...known.values()].flatMap(({ incidentId }) => incidentId ?? []))
  for (const id of ids) {
    const stored = await incidents.get(id)
    // By the unique id it was somebody else who was renamed: the event is late, and another had the name by then.
    if (stored === undefined || isAboutOthers(stored.value, one)) continue
    const account = accountBeside(user.account, stored.value)
    const current = await confirmed({ ...rename, ...(account === undefined ? {} : { account }) }, stored.value, iam)
    if (current === undefined) continue
    const change = (incident: Incident) => withRename(incident, current)
    if ((await updateIncident(stored, change, incidents)) === stored) continue
    // What the user does under the new name belongs to the same incident.
    await identities.setIncident(current.arn, id, undefined)
  }
}

/**
 * The rename as IAM shows it: an event may be late, or of somebody who had the name before. Where the incident knows a key of the user, its owner says the
 * name, and undefined means that the user still has the old one.
 */
async function confirmed(rename: Rename, incident: Incident, iam: Ports['iam']): Promise<Rename | undefined> {
  const { account = incident.identity.account } = rename
  const key = keyOf(incident, rename.from, rename.account)
  const owner = key === undefined ? undefined : await iam.ownerOf(key, account)
  if (owner === undefined) return rename
  return owner.name === rename.from ? undefined : { ...rename, to: owner.name, arn: owner.id }
}
