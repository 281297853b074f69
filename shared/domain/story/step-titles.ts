import { NO_ROOM, RESTRICTION_PARTS } from '../restriction-lines.ts'
import { withShortIds } from './short-ids.ts'

/** A name as IAM takes it, or an id: one word. */
const NAME = String.raw`[\w+=,.@-]{1,128}`
const NAMES = `${NAME}(?:, ${NAME})*`
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z`
const RESTRICTED = `(?:user ${NAME}|(?:sessions ${NAMES}|every session, of whoever, issued from ${TIME} to ${TIME}) of role ${NAME})`
const PART = `(?:${[...Object.values(RESTRICTION_PARTS), ...Object.keys(RESTRICTION_PARTS)].join('|')})`

/** The titles of steps, and at the end of each list those that 0.1.0 to 0.3.0 wrote. */
const TITLES: readonly string[] = [
  `(?:key|service specific credential|ssh public key|signing certificate) ${NAME} of ${NAME} switched off`,
  `(?:access key|service specific credential|ssh public key|signing certificate) ${NAME} of ${NAME} inactive`,
  `inline policy ${NAME} of (?:user|role) ${NAME}`,
  `${NAME} denied everything, by (?:an inline policy|a managed policy|a permissions boundary)`,
  `(?:inline policy|managed policy|permissions boundary) that denies ${NAME} everything`,
  String.raw`role ${NAME} closed to principals from outside account \d{12}`,
  `sessions (?:${NAMES} of role ${NAME}|of ${NAME}) ended`,
  `every session of role ${NAME} ended that was issued (?:by then|until now)`,
  `${RESTRICTED} (?:restricted|${NO_ROOM}${PART}(?:, ${PART})*)`,
  `${RESTRICTED} restricted(?:, by the shorter list|, without ${PART}(?:, ${PART})*: there is no room)`,
]

const TITLE = new RegExp(String.raw`^(?:${TITLES.join('|')})(?: in account \d{12})?$`)

/** The longest title that is looked at: a restriction names up to 50 sessions of 64 characters. */
const LIMIT = 4000

/** The most sessions that a title names for people. Whoever assumes a role chooses how many there are, and how long their names. */
const SESSIONS = 3

/**
 * The title of a step as the record has it, with its first sessions where it has many. What is no title of ours is not repeated: respond may write that record too, and so may
 * whoever took it over.
 */
export function titleText(title: string): string {
  if (title.length > LIMIT || !TITLE.test(title)) return 'a step that the record does not name in our words'
  return withShortIds(title.replace(LISTED, (list, names: string) => shorter(list, names.split(', '))))
}

const LISTED = new RegExp(`^sessions (${NAMES}) of role `)

function shorter(list: string, names: readonly string[]): string {
  const more = names.length - SESSIONS
  return more <= 1 ? list : `sessions ${names.slice(0, SESSIONS).join(', ')} and ${more} more of role `
}
