import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { geoDatabases } from '../../local/geo-databases.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { type Figures, median, rounded } from './measure.ts'

const ROUNDS = 7
const ARN = 'arn:aws:iam::123456789012:role/bench'
const ENVIRONMENT = {
  TABLE_NAME: 'bench',
  ACCOUNT_ID: '123456789012',
  CONTAIN_FUNCTION_NAME: 'contain',
  NOTIFY_TOPIC_ARN: ARN,
  ACCOUNTS: '123456789012',
  OWN_SESSION_ARNS: ARN,
  OWN_ROLE_ARNS: ARN,
  DEPLOYING_ROLE_ARNS: ARN,
  OWN_NAMES: '',
  DELIVERED: 'reads',
  EVENT_QUEUE_ARNS: ARN,
  EVENT_QUEUE_URLS: 'https://sqs.us-east-1.amazonaws.com/123456789012/hot',
  BOOTSTRAP_QUEUE_ARN: ARN,
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

/** Bytes of each function's bundle, and the time to import it beside a bare `node`. */
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
  const bare = importMs('0')
  const figures: Figures = { 'node.bare': { value: rounded(bare, 0), unit: 'ms', target: null } }
  for (const name of ['Respond', 'Contain', 'Slack', 'Review', 'Seal', 'Seed']) {
    const id = Object.keys(Resources).find((key) => key.startsWith(`${name}Responder`) && Resources[key].Type === 'AWS::Lambda::Function')
    const bundle = join(outdir, `asset.${Resources[id ?? '']?.Properties.Code.S3Key.replace('.zip', '')}`, 'index.mjs')
    const key = name.toLowerCase()
    figures[`${key}.bytes`] = { value: statSync(bundle).size, unit: 'bytes, minified', target: name === 'Respond' ? '<= 1500000' : null }
    figures[`${key}.import`] = {
      value: rounded(importMs(`await import(${JSON.stringify(bundle)})`) / bare),
      unit: '× a bare node',
      target: null,
    }
  }
  return figures
}

function importMs(code: string): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...ENVIRONMENT, PATH: process.env.PATH },
    })
    if (status !== 0) throw new Error(`import failed: ${stderr}`)
    return performance.now() - startedAt
  })
  return median(times)
}
