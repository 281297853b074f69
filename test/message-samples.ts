import type { KnownBlock } from '@slack/types'
import { POLICY_VERSION } from '../shared/domain/policy-migration.ts'
import { incidentSubject } from '../shared/record/append.ts'
import { noticeOf } from '../shared/record/notice.ts'
import { parsePolicy } from '../shared/record/policy-in-force.ts'
import { messageOf } from '../shared/slack/message.ts'
import { delivered, deployed } from './attack/stack.ts'
import { ATTACK, arnOf, call, NOW, oneUser } from './embedded.ts'

const DAY = 86_400_000
const STACK = { name: 'Countersign', region: 'us-east-1' }

/** What a job called in the month before, call by call: from one place, with one tool, six times a day. */
const USUAL = Array.from({ length: 180 }, (_, at) => [
  call(at % 3 === 0 ? 'sts:GetCallerIdentity' : 'ssm:GetParameter', {
    id: `u${at}`,
    time: NOW - 30 * DAY + at * (DAY / 6),
    request: { name: '/deploy/target' },
  }),
])

/** Calls of the same key from elsewhere, with another tool. */
const elsewhere = (records: readonly object[]) =>
  records.map((record) => ({ ...record, sourceIPAddress: '198.51.100.7', userAgent: 'Boto3/1.34.0' }))

/** Looks who it is, reads a secret, and tries to start machines, for which there is no quota. */
const READS = elsewhere([
  call('sts:GetCallerIdentity', { id: 'r1' }),
  call('secretsmanager:ListSecrets', { id: 'r2', time: NOW + 4000 }),
  call('secretsmanager:GetSecretValue', { id: 'r3', time: NOW + 9000, request: { secretId: 'prod/orders-db' } }),
  call('ec2:RunInstances', { id: 'r4', time: NOW + 15_000, error: 'Client.VcpuLimitExceeded' }),
])

/** What it tries after it was restricted, which the restriction refuses. */
const REFUSED = elsewhere([call('iam:CreateUser', { id: 'r5', time: NOW + 60_000, error: 'AccessDenied' })])

/** The account after the user that the intruder makes is there. */
const WITH_MADE_USER = {
  ...oneUser(),
  UserDetailList: [
    ...(oneUser().UserDetailList ?? []),
    { UserName: 'backdoor', Arn: arnOf('backdoor'), Path: '/', UserPolicyList: [], AttachedManagedPolicies: [], GroupList: [], Tags: [] },
  ],
}

/** Where the addresses of documentation are in these samples: no real database says it. */
const geoIp = {
  locate: (address: string) =>
    address.startsWith('198.51.100.')
      ? { country: 'RO', network: { asn: 64_500, organisation: 'Example Hosting' } }
      : { country: 'US', network: { asn: 64_501, organisation: 'Example Broadband' } },
}

/** An incident of these calls under the default policy in a mode, with all that a message shows of it. */
async function sampleOf(mode: 'ask' | 'contain', ...batches: readonly (readonly object[])[]) {
  const policy = parsePolicy({ version: POLICY_VERSION, mode })
  const world = await deployed({ policy, geoIp, account: WITH_MADE_USER })
  for (const records of [...USUAL, ...batches]) {
    world.setNow(Math.max(...records.map((record) => Date.parse((record as { eventTime: string }).eventTime))) + DELIVERY_MS)
    await world.respond(records.map((record) => delivered(record)))
  }
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('the sample calls open no incident')
  const [signals, changes] = await Promise.all([
    world.ports.incidents.signals(incident.id),
    world.ports.record.list(incidentSubject(incident.id)),
  ])
  return { incident, signals, changes, policy }
}

/** How long after the last call its events arrive here. */
const DELIVERY_MS = 5000

const [contained, restricted, asking] = await Promise.all([
  sampleOf('contain', elsewhere(ATTACK)),
  sampleOf('contain', READS, REFUSED),
  sampleOf('ask', elsewhere(ATTACK)),
])

/** The message in Slack about a sample incident, as text: what a button asks back stands behind it. */
function slackText(sample: typeof contained): string {
  return messageOf({ ...sample, stack: STACK })
    .blocks.flatMap((block) => linesOf(block as KnownBlock))
    .join('\n')
}

function linesOf(block: KnownBlock): string[] {
  switch (block.type) {
    case 'header':
      return [block.text.text, '']
    case 'section':
      return [...(block.text?.text ?? '').split('\n'), '']
    case 'actions':
      return [
        ...block.elements.flatMap((element) => {
          if (element.type !== 'button') return []
          const { style, text, confirm } = element
          const colour = style === 'primary' ? ', green' : style === 'danger' ? ', red' : ''
          return [`[${text.text}${colour}]${confirm === undefined ? '' : ` asks: ${confirm.text?.text}`}`]
        }),
        '',
      ]
    case 'context':
      return block.elements.map((element) => ('text' in element ? element.text : ''))
    default:
      return []
  }
}

function mailText({ incident, signals, changes }: typeof contained): string {
  const { title, body } = noticeOf(incident, 'contained', STACK, { signals, changes })
  return `Subject: ${title}\n\n${body}`
}

const fenced = (text: string) => `\n\`\`\`text\n${text.replaceAll('`', "'").trim()}\n\`\`\`\n`

/** What people read about three incidents, for the documents. */
export const MESSAGE_SAMPLES = {
  'slack-contained': fenced(slackText(contained)),
  'slack-restricted': fenced(slackText(restricted)),
  'slack-asking': fenced(slackText(asking)),
  'mail-contained': fenced(mailText(contained)),
}
