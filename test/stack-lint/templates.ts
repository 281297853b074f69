import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { ForwarderStack } from '../../infra/forwarder-stack.ts'
import { readHomeBus } from '../../infra/home-bus.ts'
import { MemberStack } from '../../infra/member-stack.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ALL_REPORTS } from '../reports.ts'

const ACCOUNT = '123456789012'

/** Stands for the databases, which lie beside a bundle and in no template. */
const GEO_FILE = join(import.meta.dirname, '..', '..', 'package.json')

/** The policy with what adds resources or rights to the stack: users whose keys are rotated, learning, and protected principals. */
export const WHOLE_POLICY = {
  version: 2,
  rotation: { users: [`arn:aws:iam::${ACCOUNT}:user/ci-*`] },
  learning: { autoTighten: true },
  protected: { arns: [`arn:aws:iam::${ACCOUNT}:role/break-glass`] },
}

/** Settings that together add everything that a stack can have. */
export const WHOLE_SETTINGS = {
  slack: { secretName: 'countersign/slack', channel: 'C0123ABCD' },
  operatorRoleArn: `arn:aws:iam::${ACCOUNT}:role/operators`,
  onCall: { email: 'oncall@example.com' },
  accounts: ['210987654321'],
  memberAccounts: ['210987654321'],
  otherRegions: true,
  organizationId: 'o-a1b2c3d4e5',
  includeRoleSessions: true,
  securityHub: true,
  dashboard: true,
  reports: ALL_REPORTS,
  logExposures: { logGroups: ['/ecs/shop', '/aws/lambda/orders'] },
  advisorModelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
}

interface Configuration {
  readonly settings: object
  readonly policy?: object
  readonly region?: string
}

/** The configurations of the home stack that are examined, by their names. Without a region the template is one for any region. */
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  default: { settings: {} },
  whole: { settings: WHOLE_SETTINGS, policy: WHOLE_POLICY, region: 'us-east-1' },
}

/** Synthesises the stacks in all configurations below a folder, and returns the path of each template by the name of its configuration. */
export function synthesise(folder: string): ReadonlyMap<string, string> {
  const templates = new Map<string, string>()
  const add = (name: string, make: (app: App) => { readonly templateFile: string }) => {
    const app = new App({ outdir: mkdtempSync(join(folder, `${name}-`)), context: { 'aws:cdk:bundling-stacks': [] } })
    const { templateFile } = make(app)
    templates.set(name, join(app.synth().directory, templateFile))
  }
  for (const [name, { settings, policy = { version: 2 }, region }] of Object.entries(CONFIGURATIONS))
    add(
      name,
      (app) =>
        new CountersignStack(app, 'Countersign', {
          config: readStackConfig(settings),
          policy: parsePolicy(policy),
          geoIp: { countries: GEO_FILE, networks: GEO_FILE },
          ...(region === undefined ? {} : { env: { account: ACCOUNT, region } }),
        }),
    )
  const home = readHomeBus(`arn:aws:events:us-east-1:${ACCOUNT}:event-bus/Countersign-forwarded`)
  add('forwarder', (app) => new ForwarderStack(app, 'Forwarder', { home, options: { readOnlyEvents: true, includeRoleSessions: false } }))
  const responder = { account: ACCOUNT, stackName: 'Countersign' }
  add('member', (app) => new MemberStack(app, 'CountersignMember', { home: responder, policy: parsePolicy(WHOLE_POLICY) }))
  return templates
}
