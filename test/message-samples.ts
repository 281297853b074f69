import type { KnownBlock } from '@slack/types'
import { incidentSubject } from '../shared/record/append.ts'
import { noticeOf } from '../shared/record/notice.ts'
import { parsePolicy } from '../shared/record/policy-in-force.ts'
import { messageOf } from '../shared/slack/message.ts'
import { ATTACK, call, embedded, NOW } from './embedded.ts'
import { RESTRICTS } from './restricted.ts'

const DAY = 86_400_000
const STACK = { name: 'Countersign', region: 'us-east-1' }

/** What a job called in the month before: from one place, with one tool, six times a day. */
const USUAL = Array.from({ length: 180 }, (_, at) =>
  call(at % 3 === 0 ? 'sts:GetCallerIdentity' : 'ssm:GetParameter', {
    id: `u${at}`,
    time: NOW - 30 * DAY + at * (DAY / 6),
    request: { name: '/deploy/target' },
  }),
)

/** The same key from elsewhere, with another tool. */
const ELSEWHERE = ATTACK.map((record) => ({ ...record, sourceIPAddress: '198.51.100.7', userAgent: 'Boto3/1.34.0' }))

async function sampleOf(policy: object) {
  const world = await embedded({ policy })
  await world.respond(USUAL)
  await world.respond(ELSEWHERE)
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('the sample calls open no incident')
  const [signals, changes] = await Promise.all([
    world.ports.incidents.signals(incident.id),
    world.ports.record.list(incidentSubject(incident.id)),
  ])
  return { incident, signals, changes, policy: parsePolicy({ version: 3, mode: 'contain' }) }
}

const [contained, restricted, asking] = await Promise.all([sampleOf({}), sampleOf(RESTRICTS), sampleOf({ mode: 'ask' })])

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
