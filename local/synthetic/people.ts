import { AGENTS, addressIn, type CastNetwork, consoleIdentity, giveKey, userIdentity, userOf } from './cast.ts'
import { iamId } from './random.ts'
import { type Caller, denied, longTimeOf } from './record.ts'
import { busyness, HOUR, MINUTE, SECOND, type Story, tellAll } from './story.ts'

type Habit = readonly (readonly [string, string, Record<string, unknown>?])[]

/** The people who work in the AWS console: from which network, with which browser, and their usual calls. */
const PEOPLE: Readonly<Record<string, { network: CastNetwork; agent: string; habits: readonly Habit[] }>> = {
  anna: {
    network: 'germany',
    agent: AGENTS.firefox,
    habits: [
      [
        ['iam', 'ListUsers'],
        ['iam', 'ListAccessKeys', { userName: 'ci-build' }],
        ['iam', 'GetAccountSummary'],
      ],
      [['cloudtrail', 'LookupEvents', { maxResults: 50 }]],
    ],
  },
  chloe: {
    network: 'britain',
    agent: AGENTS.chrome,
    habits: [
      [
        ['athena', 'ListWorkGroups'],
        ['athena', 'StartQueryExecution', { workGroup: 'primary', queryString: '***' }],
        ['athena', 'GetQueryResults'],
        ['glue', 'GetTables', { databaseName: 'events' }],
      ],
      [['s3', 'ListBuckets']],
    ],
  },
  dave: {
    network: 'america',
    agent: AGENTS.chrome,
    habits: [
      [
        ['lambda', 'ListFunctions20150331'],
        ['logs', 'DescribeLogGroups'],
        ['logs', 'StartQuery', { logGroupName: '/aws/lambda/web-handler' }],
      ],
      [['cloudformation', 'DescribeStacks', { stackName: 'web' }]],
    ],
  },
}

/** Writes the calls of one day of the account's people. `day` is its midnight (UTC), epoch ms; `index` counts the days from 0. */
export function peopleDay(story: Story, day: number, index: number): void {
  for (const [name, { network, agent, habits }] of Object.entries(PEOPLE)) {
    if (!story.random.chance(0.85 * busyness(day))) continue
    const morning = day + (network === 'america' ? 14 : 7) * HOUR + story.random.whole(0, 150) * MINUTE
    const caller = signIn(story, { name, network, agent, time: morning })
    for (const habit of habits) tellAll(story, caller, morning + story.random.whole(2, 360) * MINUTE, habit)
    if (name === 'dave' && story.random.chance(0.15)) {
      const error = denied(caller.userIdentity.arn, 'iam:ListRoles')
      story.tell(caller, { time: morning + 3 * HOUR, service: 'iam', name: 'ListRoles', error })
    }
    if (name === 'anna') adminWork(story, caller, { time: morning + story.random.whole(30, 300) * MINUTE, index })
  }
  shell(story, day)
  const time = day + 8 * HOUR + story.random.whole(0, 120) * MINUTE
  if ((story.users.get('erin')?.createdAt ?? Number.POSITIVE_INFINITY) < time && story.random.chance(0.7 * busyness(day))) {
    const erin = signIn(story, { name: 'erin', network: 'germany', agent: AGENTS.firefox, time })
    tellAll(story, erin, time + 20 * MINUTE, [
      ['s3', 'ListBuckets'],
      ['lambda', 'ListFunctions20150331'],
    ])
  }
}

/** The calls of Ben, who works on the command line with his own access key. */
function shell(story: Story, day: number): void {
  const sittings = busyness(day) === 1 ? story.random.whole(1, 3) : 0
  for (let index = 0; index < sittings; index++) {
    const time = day + story.random.whole(7 * 60, 17 * 60) * MINUTE
    const caller = {
      userIdentity: userIdentity(story.user('ben'), time),
      address: addressIn('germany', story.random),
      agent: AGENTS.macCli,
    }
    tellAll(story, caller, time, [
      ['sts', 'GetCallerIdentity'],
      ['s3', 'ListBuckets'],
      ['logs', 'DescribeLogGroups'],
      ['logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/api-handler' }],
    ])
  }
}

/** An administrator's occasional work: key rotations and a new user. Each is due on a fixed day and done on her next working day. */
function adminWork(story: Story, caller: Caller, { time, index }: { time: number; index: number }): void {
  for (const [name, due] of [
    ['ci-build', 4],
    ['ci-release', 12],
    ['ben', 19],
  ] as const) {
    if (index >= due && story.user(name).keys.length === 1) {
      rotateKey(story, caller, { name, time })
      return
    }
  }
  if (index >= 8 && !story.users.has('erin')) hire(story, caller, time)
  else if (index % 9 === 5) {
    const request = { userName: 'ci-build', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
    story.tell(caller, { time, service: 'iam', name: 'AttachUserPolicy', request })
    story.tell(caller, { time: time + 2 * HOUR, service: 'iam', name: 'DetachUserPolicy', request })
  }
}

function rotateKey(story: Story, caller: Caller, { name, time }: { name: string; time: number }): void {
  const user = story.user(name)
  const [old] = user.keys
  const id = giveKey(user, time, story.random)
  const accessKey = { accessKeyId: id, status: 'Active', userName: name, createDate: longTimeOf(time) }
  story.tell(caller, { time, service: 'iam', name: 'CreateAccessKey', request: { userName: name }, response: { accessKey } })
  if (old === undefined) return
  old.status = 'Inactive'
  const request = { userName: name, accessKeyId: old.id, status: 'Inactive' }
  story.tell(caller, { time: time + 10 * MINUTE, service: 'iam', name: 'UpdateAccessKey', request })
}

function hire(story: Story, caller: Caller, time: number): void {
  const user = userOf('erin', time, story.random)
  story.users.set('erin', user)
  story.loginProfiles.add('erin')
  const made = { path: '/', userName: 'erin', userId: user.id, arn: user.arn, createDate: longTimeOf(time) }
  story.tell(caller, { time, service: 'iam', name: 'CreateUser', request: { userName: 'erin' }, response: { user: made } })
  const loginProfile = { userName: 'erin', createDate: longTimeOf(time + 20 * SECOND), passwordResetRequired: true }
  story.tell(caller, {
    time: time + 20 * SECOND,
    service: 'iam',
    name: 'CreateLoginProfile',
    request: { userName: 'erin', passwordResetRequired: true },
    response: { loginProfile },
  })
  story.tell(caller, {
    time: time + 40 * SECOND,
    service: 'iam',
    name: 'AddUserToGroup',
    request: { userName: 'erin', groupName: 'developers' },
  })
}

function signIn(story: Story, options: { name: string; network: CastNetwork; agent: string; time: number }): Caller {
  const { name, network, agent, time } = options
  const user = story.user(name)
  const address = addressIn(network, story.random)
  const identity = { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId: user.arn.split(':')[4], userName: name }
  story.tell(
    { userIdentity: identity, address, agent },
    {
      time,
      service: 'signin',
      name: 'ConsoleLogin',
      response: { ConsoleLogin: 'Success' },
      more: { additionalEventData: { LoginTo: 'https://console.aws.amazon.com/console/home', MobileVersion: 'No', MFAUsed: 'Yes' } },
    },
  )
  return { userIdentity: consoleIdentity(user, iamId(story.random, 'ASIA'), time), address, agent }
}
