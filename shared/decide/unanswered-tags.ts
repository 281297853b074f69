import { type Incident, isClosed, type LineageEdge, withAccount } from '../domain/incident.ts'

/** The actor of what the responder does by itself; people have ARNs and Slack ids. */
const NOT_A_PERSON = /^countersign:/

/**
 * The changes of the policy's tags in an identity's last incident, where that closed and nobody answered: they belong to the next one, because
 * whoever waits would else be protected by a tag of its own. What a person answered stands as the person left it.
 */
export function unansweredTags(last: Incident | undefined): readonly LineageEdge[] {
  if (last === undefined || !isClosed(last) || (last.verdict !== undefined && !NOT_A_PERSON.test(last.verdict.by))) return []
  return last.lineage.filter(({ kind }) => kind === 'tag').map((edge) => withAccount(edge, last.identity))
}
