import {
  type AccessAnalyzerClient,
  type AnalyzerSummary,
  type FindingSummaryV2,
  ListAnalyzersCommand,
  ListFindingsV2Command,
  type ListFindingsV2Response,
} from '@aws-sdk/client-accessanalyzer'
import type { AccessFinding } from '../domain/access-finding.ts'
import { ResponderError } from '../errors.ts'
import type { AccessFindingSource } from '../ports/reach.ts'

/** Pages of findings of one analyzer. A page has 100 at most where nothing else is said. */
const PAGES = 1_000

/** A region has one analyzer of each kind and account, and few more. */
const ANALYZER_PAGES = 10

/** The resources of which findings are taken: identities. */
const IDENTITIES: ReadonlySet<string | undefined> = new Set(['AWS::IAM::Role', 'AWS::IAM::User'])

/**
 * What IAM Access Analyzer found of the users and roles of accounts, by the analyzers of one region. Findings of roles stand in every region that has an
 * analyzer: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-getting-started.html
 */
export function analyzerFindings(clientOf: (account: string) => AccessAnalyzerClient): AccessFindingSource {
  return {
    async read(account) {
      const client = clientOf(account)
      const active = (await analyzersOf(client)).filter(({ status }) => status === 'ACTIVE')
      if (active.length === 0) return undefined
      const found = new Map<string, AccessFinding[]>()
      for (const { arn } of active)
        for await (const one of findingsOf(client, arn ?? ''))
          if (one.resource !== undefined && one.resourceOwnerAccount === account && IDENTITIES.has(one.resourceType))
            found.set(one.resource, [...(found.get(one.resource) ?? []), findingFrom(one)])
      return found
    },
  }
}

async function analyzersOf(client: AccessAnalyzerClient): Promise<readonly AnalyzerSummary[]> {
  const all: AnalyzerSummary[] = []
  let nextToken: string | undefined
  for (let page = 0; page < ANALYZER_PAGES; page += 1) {
    const got = await client.send(new ListAnalyzersCommand(nextToken === undefined ? {} : { nextToken }))
    all.push(...(got.analyzers ?? []))
    nextToken = got.nextToken
    if (nextToken === undefined) break
  }
  return all
}

async function* findingsOf(client: AccessAnalyzerClient, analyzerArn: string): AsyncIterable<FindingSummaryV2> {
  let nextToken: string | undefined
  for (let page = 0; page < PAGES; page += 1) {
    const got: ListFindingsV2Response = await client.send(
      new ListFindingsV2Command({
        analyzerArn,
        filter: { status: { eq: ['ACTIVE'] } },
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    )
    yield* got.findings ?? []
    nextToken = got.nextToken
    if (nextToken === undefined) return
  }
  throw new ResponderError('input.unreadable', `${analyzerArn} has more than ${PAGES} pages of findings`)
}

function findingFrom({ findingType, createdAt }: FindingSummaryV2): AccessFinding {
  return { type: (findingType ?? 'unnamed').slice(0, 64), ...(createdAt === undefined ? {} : { since: createdAt.getTime() }) }
}
