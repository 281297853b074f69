import { createHmac } from 'node:crypto'
import { sign } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import type { ReportParty } from '../shared/domain/report-party.ts'

/** A key id of account 123456789012, and a text that is a secret by its form. Neither was ever a credential. */
export const KEY_ID = 'AKIARZPUZDIKLIJVPG67'
export const SECRET_KEY = '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'

/** The secrets of the parties in tests: each has two, of which the second is the one that is to come. */
export const PARTY_SECRETS: Readonly<Record<ReportParty, readonly [string, string]>> = {
  github: ['github-secret-of-tests-1', 'github-secret-of-tests-2'],
  gitlab: [standardSecret('gitlab 1'), standardSecret('gitlab 2')],
  gitguardian: ['gitguardian-token-of-tests-1', 'gitguardian-token-of-tests-2'],
  jira: ['jira-secret-of-tests-1', 'jira-secret-of-tests-2'],
  linear: ['linear-secret-of-tests-1', 'linear-secret-of-tests-2'],
  falco: ['falco-token-of-tests-1', 'falco-token-of-tests-2'],
  webhook: [standardSecret('form 1'), standardSecret('form 2')],
}

function standardSecret(seed: string): string {
  return `whsec_${createHmac('sha256', 'tests').update(seed).digest('base64')}`
}

/** The ARN of the secret of a party, or of GitHub's App, in tests. */
export function secretArnOf(name: ReportParty | 'github-app'): string {
  return `arn:aws:secretsmanager:us-east-1:123456789012:secret:countersign/${name}-a1B2c3`
}

/** Settings of a stack that takes the reports of every party. */
export const ALL_REPORTS: Readonly<Record<ReportParty, object>> = {
  github: { secretArn: secretArnOf('github'), app: { secretArn: secretArnOf('github-app') } },
  gitlab: { secretArn: secretArnOf('gitlab') },
  gitguardian: { secretArn: secretArnOf('gitguardian') },
  jira: { secretArn: secretArnOf('jira') },
  linear: { secretArn: secretArnOf('linear') },
  falco: { secretArn: secretArnOf('falco') },
  webhook: { secretArn: secretArnOf('webhook') },
}

/** A request as a party sends it: raw bytes, and header names in lower case. */
export interface PartyRequest {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Signs a body as the party does. `at`: epoch ms, for those that sign a time. */
export type Signer = (body: Buffer, about: { readonly secret: string; readonly at: number }) => Promise<PartyRequest['headers']>

const standard: Signer = async (body, { secret, at }) => ({
  'webhook-id': 'msg_2f7c1e',
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign('msg_2f7c1e', new Date(at), body),
})

/** The signature of each party, by the signers of the packages where there are such. */
export const SIGNERS: Readonly<Record<ReportParty, Signer>> = {
  github: async (body, { secret }) => ({
    'x-github-event': 'secret_scanning_alert',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': await sign(secret, body.toString()),
  }),
  gitlab: standard,
  webhook: standard,
  jira: async (body, { secret }) => ({ 'x-hub-signature': await sign(secret, body.toString()) }),
  linear: async (body, { secret }) => ({ 'linear-signature': createHmac('sha256', secret).update(body).digest('hex') }),
  gitguardian: async (body, { secret, at }) => {
    const timestamp = String(at / 1000)
    return { timestamp, 'gitguardian-signature': `sha256=${createHmac('sha256', `${timestamp}${secret}`).update(body).digest('hex')}` }
  },
  falco: async (_, { secret }) => ({ authorization: `Bearer ${secret}` }),
}

/** An alert of GitHub, which names no key. */
export const ALERT = {
  action: 'created',
  alert: {
    number: 42,
    secret_type: 'aws_access_key_id',
    validity: 'active',
    publicly_leaked: false,
    html_url: 'https://github.com/acme/api/security/secret-scanning/42',
    resolution: null,
  },
  repository: { id: 1, full_name: 'acme/api', private: true, visibility: 'private' },
  sender: { login: 'dev' },
}

/** A report of each party, with a secret beside the id where the party may have both. `at`: epoch ms. */
export const BODIES: Readonly<Record<ReportParty, (at: number) => object>> = {
  github: () => ALERT,
  gitlab: (at) => ({
    object_kind: 'note',
    project: { path_with_namespace: 'acme/api' },
    object_attributes: {
      id: 1244,
      note: `key ${KEY_ID} secret ${SECRET_KEY}`,
      url: 'https://gitlab.example.com/acme/api/-/issues/7#note_1244',
      updated_at: new Date(at).toISOString(),
    },
  }),
  gitguardian: (at) => ({
    source: 'GitGuardian',
    action: 'incident_triggered',
    message: `A new incident: ${KEY_ID}, ${SECRET_KEY}`,
    incident: {
      id: 7,
      date: new Date(at).toISOString(),
      detector: { name: 'aws_iam', display_name: 'AWS Keys' },
      validity: 'valid',
      gitguardian_url: 'https://dashboard.gitguardian.com/workspace/1/incidents/7',
    },
  }),
  jira: (at) => ({
    timestamp: at,
    webhookEvent: 'comment_created',
    comment: { id: '10001', body: `the deploy key is ${KEY_ID} / ${SECRET_KEY}`, author: { accountId: '5b' } },
    issue: { id: '1', key: 'OPS-7', self: 'https://acme.atlassian.net/rest/api/2/issue/1', fields: { summary: 'x' } },
  }),
  linear: (at) => ({
    action: 'create',
    type: 'Comment',
    createdAt: new Date(at).toISOString(),
    data: { id: 'b5c1', body: `${KEY_ID}\n${SECRET_KEY}`, issue: { identifier: 'ENG-12' } },
    url: 'https://linear.app/acme/issue/ENG-12#comment-b5c1',
    webhookTimestamp: at,
  }),
  falco: (at) => ({
    uuid: '6f2d1f1e-3f0b-4a5a-9d8e-0d6a5f2f7c11',
    output: `Credentials read: ${SECRET_KEY}`,
    priority: 'Critical',
    rule: 'Contact EC2 Instance Metadata Service From Container',
    time: new Date(at).toISOString(),
    output_fields: { 'k8s.ns.name': 'prod', 'k8s.pod.name': 'web-1', 'proc.cmdline': `curl ${SECRET_KEY}` },
    source: 'syscall',
    tags: ['aws'],
    hostname: 'i-0123456789abcdef0',
  }),
  webhook: (at) => ({
    findings: [
      {
        id: 'scan-7',
        text: `aws_access_key_id=${KEY_ID}\naws_secret_access_key=${SECRET_KEY}`,
        place: `a paste, ${SECRET_KEY}`,
        url: 'https://paste.example.com/7',
        seenAt: new Date(at).toISOString(),
      },
    ],
  }),
}

/** The report of a party, signed. */
export async function signedReport(
  party: ReportParty,
  { at, secret = PARTY_SECRETS[party][0], body = BODIES[party](at) }: { at: number; secret?: string; body?: object },
): Promise<PartyRequest> {
  const bytes = Buffer.from(JSON.stringify(body))
  return { body: bytes, headers: { 'content-type': 'application/json', ...(await SIGNERS[party](bytes, { secret, at })) } }
}
