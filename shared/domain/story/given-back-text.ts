import type { PlannedStep } from '../progress.ts'
import { titleText } from './step-titles.ts'

/** The most things that a sentence names: credentials, and others beside them. */
const CREDENTIALS = 4
const OTHERS = 3

/** The kinds of step that are about one credential of a user. */
const OF_CREDENTIAL = /^(?:access-key|service-specific-credential|ssh-public-key|signing-certificate):/

/** An account that is another than that of the identity, behind the title of a step. */
const ACCOUNT = / in account \d{12}$/

/** The titles of steps, which `titleText` knows, and what is so once each is given back. */
const WORDS: readonly (readonly [title: RegExp, back: string])[] = [
  [/^(?:access )?(.+) (?:switched off|inactive)$/, '$1 works again'],
  [/^(\S+) denied everything, by .+$/, '$1 is no longer denied everything'],
  [/^(?:inline policy|managed policy|permissions boundary) that denies (\S+) everything$/, '$1 is no longer denied everything'],
  [/^every session of role (\S+) ended that .+$/, 'every session of role $1 that was ended may be used again'],
  [/^(sessions .+) ended$/, '$1 may be used again'],
  [/^user (\S+) restricted.*$/, '$1 has its rights again'],
  [/^every session, of whoever, .+ of role (\S+) restricted.*$/, 'the sessions of role $1 have their rights again'],
  [/^(sessions .+ of role \S+) restricted.*$/, '$1 have their rights again'],
  [/^role (\S+) closed to principals from outside account (\d{12})$/, 'role $1 may be assumed again from outside account $2, as before'],
  [/^inline policy (\S+ of (?:user|role) \S+)$/, 'policy $1 is as it was'],
]

/** What is so once a step is given back: `key …GUUA of ci-deploy works again`. Of a title that is none of ours nothing is repeated: respond may write that record. */
export function givenBackText({ title, target, before }: Pick<PlannedStep, 'title' | 'target' | 'before'>): string {
  if (OF_CREDENTIAL.test(target) && before !== 'Active') return 'a credential is as it was'
  const said = titleText(title)
  const own = said.replace(ACCOUNT, '')
  const [words, back] = WORDS.find(([known]) => known.test(own)) ?? [/$/, ' is taken back']
  return `${own.replace(words, back)}${said.slice(own.length)}`
}

/** What a release gives back, in words: credentials first, those of the incident's own user before others, then users, then sessions and roles. Each text stands once. */
export interface GivenBack {
  readonly credentials: readonly string[]
  readonly others: readonly string[]
}

/** What a release of these steps gives back. `owner`: the name of the identity that the incident is about. */
export function givenBack(steps: readonly PlannedStep[], owner: string): GivenBack {
  const texts = (some: readonly PlannedStep[]) => [...new Set(some.map(givenBackText))]
  const ordered = ownerFirst(steps, owner)
  return {
    credentials: texts(ordered.filter(({ target }) => OF_CREDENTIAL.test(target))),
    others: texts(ordered.filter(({ target }) => !OF_CREDENTIAL.test(target))),
  }
}

/** Steps in the order of what matters once they are given back: credentials, then users, then roles; of each, those of `owner` first. */
export function ownerFirst(steps: readonly PlannedStep[], owner: string): PlannedStep[] {
  const rank = ({ target }: PlannedStep) => {
    const isOwn = target.replace(/^[a-z-]+:(?:\d{12}:)?/, '').startsWith(`${owner}/`)
    return (OF_CREDENTIAL.test(target) ? 0 : target.startsWith('role-') ? 4 : 2) + (isOwn ? 0 : 1)
  }
  return steps.toSorted((a, b) => rank(a) - rank(b))
}

/** All of it as one clause. What has no room is counted, credentials as such; empty where nothing is given back. */
export function givenBackClause({ credentials, others }: GivenBack): string {
  const moreCredentials = credentials.length - CREDENTIALS
  const more = others.length - OTHERS
  return [
    ...credentials.slice(0, CREDENTIALS),
    ...(moreCredentials > 0 ? [`${moreCredentials} more ${moreCredentials === 1 ? 'credential works' : 'credentials work'} again`] : []),
    ...others.slice(0, OTHERS),
    ...(more > 0 ? [`${more} more ${more === 1 ? 'step is' : 'steps are'} taken back`] : []),
  ].join('; ')
}
