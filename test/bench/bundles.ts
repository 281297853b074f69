import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { geoDatabases } from '../../local/geo-databases.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { type Figures, rounded } from './measure.ts'
import { inTurns, nodeProcess } from './process-cost.ts'

const ROUNDS = 9
const FUNCTIONS = ['Respond', 'Contain', 'Slack', 'Review', 'Seal', 'Seed']
const ARN = 'arn:aws:iam::123456789012:role/bench'
const ENVIRONMENT = {
  TABLE_NAME: 'bench',
  ACCOUNT_ID: '123456789012',
  CONTAIN_FUNCTION_NAME: 'contain',
  NOTIFY_TOPIC_ARN: ARN,
  ACCOUNTS: '123456789012',
  OWN_FUNCTIONS: 'contain=role',
  OWN_ROLE_ARNS: ARN,
  DEPLOYING_ROLE_ARNS: ARN,
  OWN_NAMES: '',
  DELIVERED: 'reads',
  EVENT_QUEUE_ARNS: ARN,
  TASK_QUEUE_ARNS: ARN,
  REVERIFY_QUEUE_ARN: ARN,
  STACK_NAME: 'Countersign',
  REVERIFY_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/reverify',
  BACKFILL_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/backfill',
  QUARANTINE_POLICY_ARN: 'arn:aws:iam::123456789012:policy/quarantine',
  NOTICE_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/notices',
  REVIEW_FUNCTION_NAME: 'review',
  SLACK_SECRET_NAME: 'bench',
  SLACK_CHANNEL: 'C0123ABCD',
  SECURITY_HUB: 'off',
  SEAL_BUCKET: 'bench',
  ON_CALL_TOPIC_ARN: ARN,
  AWS_REGION: 'us-east-1',
}

/** Bytes of each function's bundle, and the CPU time to load it, as Lambda does, beside a bare `node`. */
export async function bundles(): Promise<Figures> {
  const outdir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const app = new App({ outdir })
  new CountersignStack(app, 'Countersign', {
    config: readStackConfig({ slack: { secretName: 'bench', channel: 'C0123ABCD' } }),
    policy: parsePolicy({ version: 2 }),
    geoIp: await geoDatabases(),
  })
  app.synth()
  const { Resources } = JSON.parse(readFileSync(join(outdir, 'Countersign.template.json'), 'utf8'))
  const bundleOf = (name: string): string => {
    const id = Object.keys(Resources).find((key) => key.startsWith(`${name}Responder`) && Resources[key].Type === 'AWS::Lambda::Function')
    return join(outdir, `asset.${Resources[id ?? '']?.Properties.Code.S3Key.replace('.zip', '')}`, 'index.js')
  }
  const files = new Map(FUNCTIONS.map((name) => [name.toLowerCase(), bundleOf(name)]))
  const processes = new Map([['bare', nodeProcess(['-e', '0'], { env: ENVIRONMENT })]])
  for (const [name, file] of files) processes.set(name, nodeProcess(['-e', `require(${JSON.stringify(file)})`], { env: ENVIRONMENT }))
  const costs = inTurns(Object.fromEntries(processes), ROUNDS)
  const cpuOf = (name: string) => costs[name]?.cpuSeconds ?? Number.NaN
  const bare = cpuOf('bare')
  const figures: Figures = { 'node.bare': { value: rounded(bare * 1000, 0), unit: 'ms of CPU', target: null } }
  for (const [name, file] of files) {
    const isRespond = name === 'respond'
    figures[`${name}.bytes`] = { value: statSync(file).size, unit: 'bytes, minified', target: isRespond ? '<= 1200000' : null }
    figures[`${name}.import`] = {
      value: rounded(cpuOf(name) / bare),
      unit: `× the CPU of a bare node (${Math.round(cpuOf(name) * 1000)} ms)`,
      target: isRespond ? '<= 2' : null,
    }
  }
  rmSync(outdir, { recursive: true })
  return figures
}
