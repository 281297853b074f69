/**
 * How long an item of the table stays: until a time that it says itself (`expiresAt`, epoch seconds, the table's time to live), until its closed incident is
 * archived, or for good, and why.
 */
export type Life = { readonly kind: 'expires'; readonly when: string } | { readonly kind: 'archived' | 'kept'; readonly why: string }

/** One class of items. In a key, `…` stands for any text. */
export interface ItemClass {
  readonly pk: string
  readonly sk: readonly string[]
  readonly holds: string
  /** What its number grows with. */
  readonly grows: string
  readonly life: Life
}

const expires = (when: string): Life => ({ kind: 'expires', when })
const kept = (why: string): Life => ({ kind: 'kept', why })
const archived = (why: string): Life => ({ kind: 'archived', why })

const CHAIN = ['CHANGE#…'] as const

/** Every class of items that the table has. A test holds that each item that is written belongs to one of them, and expires where its class does. */
export const ITEM_CLASSES: readonly ItemClass[] = [
  {
    pk: 'IDENTITY#…',
    sk: ['STATE'],
    holds: "the fold's state and its version",
    grows: 'one for each identity',
    life: kept('a key that wakes after a year is known as dormant by it'),
  },
  {
    pk: 'IDENTITY#principal:…',
    sk: ['NAMES'],
    holds: "the names that a user had, under IAM's unique id",
    grows: 'one for each renamed user',
    life: kept('the policy may name a user by an earlier name'),
  },
  {
    pk: 'IDENTITY#range:…',
    sk: ['MOVES'],
    holds: 'the users that came to an address range new to them',
    grows: 'one for each range that is new to somebody',
    life: expires('three days after the newest move'),
  },
  {
    pk: 'IDENTITY#…',
    sk: ['INCIDENT'],
    holds: 'the incident that the identity was in last; `IDENTITY#credential:…` of a key or session that an incident made',
    grows: 'one for each identity with an incident, and each credential that one made',
    life: kept('the id of the next incident derives from it'),
  },
  {
    pk: 'IDENTITY#…',
    sk: CHAIN,
    holds: 'the chain of what people noted of an identity, such as a range that is expected',
    grows: 'one for each note',
    life: kept('a seal holds its end'),
  },
  {
    pk: 'WORKLOAD#…',
    sk: ['ROLE#…'],
    holds: 'which role an instance, a task or a pod had: findings name workloads, and not their roles',
    grows: 'one for each workload and role of which a session calls',
    life: expires('30 days after the last new session that was noted'),
  },
  {
    pk: 'EXPOSURE#ASIA…',
    sk: ['REPORT#…'],
    holds: "the same of a session's credential: most ids that stand in logs are such",
    grows: 'one for each session, source and grade that is reported',
    life: expires('60 days after it was reported: a session lasts 36 hours at most'),
  },
  {
    pk: 'EXPOSURE#…',
    sk: ['REPORT#…#id-only'],
    holds: 'where the id of a credential was seen alone, and who says so',
    grows: 'one for each credential and source',
    life: expires('400 days after it was reported: an id is no secret; what is reported again in the last 30 days stays'),
  },
  {
    pk: 'EXPOSURE#…',
    sk: ['REPORT#…'],
    holds: 'where a credential was seen, and who says so: of each source and grade the earliest',
    grows: 'one for each credential, source and grade',
    life: kept('a key whose secret was seen once is known to others for as long as it works'),
  },
  {
    pk: 'INCIDENT#…',
    sk: ['META'],
    holds: 'the incident and its version; `open` and `priority` feed the sparse index while it is not closed',
    grows: 'one for each incident',
    life: kept('of an archived incident what later decisions go by, and where the rest is'),
  },
  {
    pk: 'INCIDENT#…',
    sk: ['SIGNAL#…'],
    holds: 'one signal of its timeline, `SIGNAL#time#event id`; `SIGNAL#hour#…` the first call of an hour that was left out',
    grows: 'with the logarithm of the calls of a kind, and one an hour',
    life: archived('evidence, and what a verdict rests on'),
  },
  {
    pk: 'INCIDENT#…',
    sk: ['THINNING'],
    holds: 'how far its timeline is thinned',
    grows: 'one for each long timeline',
    life: archived('without it a timeline begins to grow again'),
  },
  {
    pk: 'INCIDENT#…',
    sk: CHAIN,
    holds: 'its hash chain; of an archived incident the link to the archive and what follows',
    grows: 'some for each incident',
    life: archived('a seal holds its end'),
  },
  {
    pk: 'INCIDENT#…',
    sk: ['SLACK'],
    holds: "where the incident's message stands in Slack",
    grows: 'one for each incident that people were told of',
    life: kept('a verdict is written into the same message, however late'),
  },
  {
    pk: 'ORDER#…',
    sk: CHAIN,
    holds: 'the chain of what people order: verdicts, approvals; respond may not write it',
    grows: 'some for each incident that was answered',
    life: archived('a seal holds its end'),
  },
  {
    pk: 'STEPS#…',
    sk: CHAIN,
    holds: 'the chain of the steps that contain itself planned; no other function may write it',
    grows: 'two for each step',
    life: archived('a step is given back by what it says was there before'),
  },
  {
    pk: 'LASTUSED#…',
    sk: ['SNAPSHOTS'],
    holds: "IAM's last three answers to which services the identity used last when; inventory alone writes it",
    grows: 'one for each user and role',
    life: kept('a restriction goes by it'),
  },
  {
    pk: 'REACH#…',
    sk: ['arn:…'],
    holds:
      'what a user or role of an account could break, with reasons, and its tags, as the last inventory found them; inventory alone writes it',
    grows: 'one for each user and role',
    life: expires('14 days after the last inventory that found it'),
  },
  {
    pk: 'PATTERN#…',
    sk: CHAIN,
    holds: 'the chain of what people accepted of an identity; the last entry holds all; respond may only read it',
    grows: 'one for each release or revocation',
    life: kept('a seal holds its end; a pattern expires by its own date'),
  },
  {
    pk: 'POLICY',
    sk: CHAIN,
    holds: "the policy's chain; the last entry is in force",
    grows: 'one for each change of the policy',
    life: kept('a decision names the policy that it was made by'),
  },
  {
    pk: 'BUDGET#…',
    sk: ['ACCOUNT', 'IDENTITY#…', 'UNCLAIMED'],
    holds:
      'how many questions the advisor was asked in that hour; `UNCLAIMED`: which reported credentials that nobody is known to own had an incident each',
    grows: 'two an hour, and one for each identity that the advisor was asked about in it',
    life: expires('a day after its hour began'),
  },
  {
    pk: 'SEAL',
    sk: CHAIN,
    holds: 'the chain of daily seals; each is an object of the seal bucket too',
    grows: 'one a day',
    life: kept('an object of the bucket is compared with it'),
  },
  {
    pk: 'REDRIVE',
    sk: CHAIN,
    holds: 'the chain of what people put back of what could not be processed',
    grows: 'one for each time that somebody does',
    life: kept('a seal holds its end'),
  },
  {
    pk: 'SETASIDE',
    sk: ['MESSAGE#…'],
    holds: 'a message that could not be processed, whole, until a person puts it back',
    grows: 'one for each such message',
    life: kept('it is evidence that nobody has evaluated; whoever puts it back deletes it'),
  },
  {
    pk: 'ARCHIVE',
    sk: ['PLACE'],
    holds: 'where the last run of archive stopped',
    grows: 'one',
    life: kept('the next run goes on from there'),
  },
  {
    pk: 'PRESS#…',
    sk: ['TAKEN'],
    holds: 'a press of Slack that review has taken',
    grows: 'one for each press',
    life: expires('two hours after the press'),
  },
  {
    pk: 'DELIVERY#…',
    sk: ['SIGNED#…'],
    holds: 'a delivery of a party that webhook has taken, by the hash of what was signed of it',
    grows: 'one for each delivery that reports something',
    life: expires('90 days after it came'),
  },
  {
    pk: 'BREAKER#…',
    sk: ['COUNT', 'URGENT', 'CONFIRMED', 'ORDERED', 'RESTRICTED'],
    holds:
      '`COUNT`: which incidents were contained or restricted in that hour, by lane; each: whether people were paged because no more of the lane may be',
    grows: 'at most five an hour',
    life: expires('a day after its hour began'),
  },
]

/** The class of a key; undefined where no class has it. The more exact key counts, and stands first in the list. */
export function classOf(key: { readonly pk: string; readonly sk: string }): ItemClass | undefined {
  return ITEM_CLASSES.find(({ pk, sk }) => isLike(pk, key.pk) && sk.some((one) => isLike(one, key.sk)))
}

function isLike(pattern: string, text: string): boolean {
  const [start = '', end = ''] = pattern.split('…')
  return start === pattern ? text === pattern : text.startsWith(start) && text.endsWith(end)
}

/** The classes as a table of Markdown. */
export function itemTable(): string {
  const rows = ITEM_CLASSES.map(({ pk, sk, holds, grows, life }) => {
    const stays =
      life.kind === 'expires' ? `expires ${life.when}` : `${life.kind === 'kept' ? 'kept' : 'until its incident is archived'}: ${life.why}`
    return `| \`${pk}\` | ${sk.map((one) => `\`${one}\``).join(', ')} | ${holds} | ${grows} | ${stays} |\n`
  })
  return `| pk | sk | holds | grows | life |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`
}
