import { placeOf, principalIn, userArn } from '../domain/arn.ts'
import { accountOfEdge, type LineageEdge } from '../domain/incident.ts'
import type { Identity } from '../domain/signal.ts'

/** The identities of the users that an incident issued: the ARN that IAM gave, which has the path, and where it is unknown the one of path `/`. */
export function issuedUserIds(lineage: readonly LineageEdge[], identity: Identity): string[] {
  const users = lineage.filter(({ kind }) => kind === 'user')
  return users.map((edge) => {
    const { id, owner } = edge
    return principalIn(id)?.kind === 'user' ? id : userArn({ ...placeOf(identity), account: accountOfEdge(edge, identity) }, owner)
  })
}
