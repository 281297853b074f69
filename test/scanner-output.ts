import type { LeakedKey } from './leaked-keys.ts'

const COMMIT = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'

interface Finding {
  readonly isVerified?: boolean
  /** Where it was found, as TruffleHog names it. */
  readonly data?: object
  /** As Gitleaks names it. */
  readonly file?: string
}

/** A line of what `trufflehog … --json` prints about a key. */
export function truffleHogLine({ id, secret }: LeakedKey, { isVerified = false, data = GIT }: Finding = {}): string {
  return JSON.stringify({
    SourceMetadata: { Data: data },
    SourceID: 1,
    SourceType: 16,
    SourceName: 'trufflehog - git',
    DetectorType: 2,
    DetectorName: 'AWS',
    DetectorDescription: 'AWS is a cloud platform',
    DecoderName: 'PLAIN',
    Verified: isVerified,
    VerificationFromCache: false,
    Raw: id,
    RawV2: `${id}:${secret}`,
    Redacted: id,
    ExtraData: { resource_type: 'Access key', account: '123456789012' },
    StructuredData: null,
  })
}

/** Where the history of a repository has it; the address has a token of its own. */
const GIT = {
  Git: {
    commit: COMMIT,
    file: 'config.env',
    email: 'Dev <dev@example.com>',
    repository: 'https://x-access-token:ghs_token@example.com/acme/api.git?ref=token',
    timestamp: '2026-02-01 10:20:30 +0000',
    line: 3,
  },
}

/** A line of TruffleHog's own log. */
export const TRUFFLEHOG_LOG = JSON.stringify({ level: 'info-0', ts: '2026-03-02T12:00:00Z', logger: 'trufflehog', msg: 'running source' })

/** An element of what Gitleaks writes as JSON. Its rule finds ids; the line around one may have the secret. */
export function gitleaksFinding({ id, secret }: LeakedKey, { file = 'src/config.env' }: Finding = {}): object {
  return {
    RuleID: 'aws-access-token',
    Description: 'Identified a pattern that may indicate AWS credentials',
    StartLine: 3,
    EndLine: 3,
    StartColumn: 10,
    EndColumn: 29,
    Match: `${id} ${secret}`,
    Secret: id,
    File: file,
    SymlinkFile: '',
    Commit: COMMIT,
    Link: `https://github.com/acme/api/blob/${COMMIT}/${file}?token=t#L3`,
    Entropy: 3.6,
    Author: 'Dev',
    Email: 'dev@example.com',
    Date: '2026-02-01T10:20:30Z',
    Message: `adds ${secret}`,
    Tags: [],
    Fingerprint: `${COMMIT}:${file}:aws-access-token:3`,
  }
}

/** What Gitleaks writes as SARIF. */
export function gitleaksSarif(keys: readonly LeakedKey[]): object {
  const results = keys.map(({ id, secret }, at) => ({
    message: { text: `aws-access-token has detected secret for file a.env at commit ${COMMIT}.` },
    ruleId: 'aws-access-token',
    locations: [
      { physicalLocation: { artifactLocation: { uri: 'a.env' }, region: { startLine: at + 1, snippet: { text: `${id}:${secret}` } } } },
    ],
    partialFingerprints: { commitSha: COMMIT, email: 'dev@example.com', author: 'Dev', commitMessage: `adds ${secret}` },
  }))
  const rules = [{ id: 'aws-access-token', name: 'AWS', shortDescription: { text: '((?:A3T[A-Z0-9]|AKIA)[A-Z2-7]{16})' } }]
  const driver = { name: 'gitleaks', informationUri: 'https://github.com/gitleaks/gitleaks', rules }
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver }, results }] }
}
