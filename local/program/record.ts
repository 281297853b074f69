import { type Command, Option } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import type { ExportFormat } from '../../shared/record/export/export.ts'
import { asDefault, complain, folded, paint, print, REASON, wholeNumber, width, withConsent, withTarget } from './with-target.ts'

const changesOf = () => import('../commands/changes.ts')
const baselineOf = () => import('../commands/baseline.ts')
const driftOf = () => import('../commands/drift.ts')

/** As a value, so that no schema is loaded to list them; as a record, so that none can be forgotten. */
const FORMATS: Readonly<Record<ExportFormat, true>> = { ndjson: true, ocsf: true }

/** Adds the command for the console. */
export function addConsole(root: Command): void {
  withTarget(
    root
      .command('console')
      .description(
        'serve the console on this machine: incidents, verdicts, baselines, the record; or share it, read-only, behind your proxy',
      )
      .option('--port <number>', 'where to listen; 0 takes a free port of 127.0.0.1', wholeNumber, 0)
      .option('--incident <id>', 'print the address of the page of this incident')
      .option('--host <address>', 'to share it read-only: the address of this machine where your proxy reaches it')
      .option('--identity-header <name>', 'to share it: the header by which your proxy says who looks')
      .option('--proxy <addresses>', 'to share it: the addresses or ranges of your proxies, by commas')
      .option('--origin <url>', 'to share it: the address by which people reach the proxy, such as https://console.example.com'),
    async (target, options) => {
      const { openConsole } = await import('../commands/console.ts')
      const { sharingBy } = await import('../console/share-options.ts')
      await openConsole(target, {
        port: options.port ?? 0,
        sharing: sharingBy(options),
        incidentId: options.incident,
        print,
        log: complain,
      })
      return ''
    },
  )
}

/** Adds the command for the report of a period. */
export function addReport(root: Command): void {
  withTarget(
    root
      .command('report')
      .description('incidents, times, precision, detectors and policy changes of a period, as a page to print')
      .option('--since <time>', 'from when: days back such as 30d, or ISO 8601', '30d')
      .option('--until <time>', 'before when; without it, until now')
      .option('--out <file>', 'the HTML page to write')
      .option('--json', 'one JSON object'),
    async (target, { since, until, out, json }) => {
      const { report, sinceOf } = await import('../commands/report.ts')
      const now = Date.now()
      const period = spanOf({ since: sinceOf(since ?? '30d', now), until: until === undefined ? now : sinceOf(until, now) })
      return folded(await report(target, { period, out, isJson: json === true }), json)
    },
  )
}

function spanOf(period: { readonly since: number; readonly until: number }) {
  const { since, until } = period
  if (since < until) return period
  const [from, to] = [since, until].map((at) => new Date(at).toISOString())
  throw new ResponderError('usage', `--since ${from} is not before --until ${to}, so nothing can lie between them`)
}

const IDENTITY = 'the ARN of the identity, or its name where only one has it'

/** Adds the commands for baselines. */
export function addBaseline(root: Command): void {
  const baseline = root.command('baseline').description('what is normal for an identity')
  withTarget(
    baseline
      .command('show')
      .description('the values of its baseline, how frequent and how recent they are')
      .argument('<arn>', IDENTITY)
      .option('--json', 'one JSON object'),
    async (target, { json }, arn) => (await baselineOf()).showBaseline(target, arn, { isJson: json === true, width: width() }),
  )
  withConsent(
    baseline
      .command('expect')
      .description('mark a value as expected, such as country=DE, network=AS64496 or range=203.0.113.0/24')
      .argument('<arn>', IDENTITY)
      .requiredOption('--value <feature=value>', 'what is expected (required)')
      .requiredOption(...REASON),
    {
      follows: async (target, { value }, arn) => (await baselineOf()).whatExpectChanges(target, arn, value ?? ''),
      action: async (target, { value, reason }, arn) => (await baselineOf()).expectFeature(target, arn, value ?? '', reason ?? ''),
    },
  )
}

/** Adds the commands for the record of changes. */
export function addChanges(root: Command): void {
  const changes = root.command('changes').description('the record of every change')
  withTarget(
    changes.command('verify').description('check every hash chain and every seal').option('--json', 'one JSON object'),
    async (target, { json }) => {
      const { output, isWhole } = await (await changesOf()).verifyChanges(target, { isJson: json === true, now: Date.now() })
      if (!isWhole) process.exitCode = 1
      return folded(output, json)
    },
  )
  withTarget(
    changes
      .command('seal')
      .description('compare the record with its last seal and seal it now; a stack does it daily')
      .option('--json', 'one JSON object'),
    async (target, { json }) => {
      const { output, isWhole } = await (await changesOf()).sealChanges(target, { isJson: json === true })
      if (!isWhole) process.exitCode = 1
      return folded(output, json)
    },
  )
  withTarget(
    changes
      .command('export')
      .description('the record for other systems, one JSON object per line')
      .addOption(
        new Option('--format <format>', 'ndjson: every entry as it is stored; ocsf: findings and calls')
          .choices(Object.keys(FORMATS))
          .default('ndjson'),
      ),
    async (target, { format }) => {
      const { exportChanges } = await changesOf()
      for await (const line of exportChanges(target, format ?? 'ndjson')) print(line)
      return ''
    },
  )
}

/** Adds the commands for drift: how well the policy agrees with verdicts. */
export function addDrift(root: Command): void {
  const drift = root.command('drift').description('how well score, detectors and advisor agree with verdicts')
  withTarget(
    asDefault(drift, 'show')
      .description('agreement, calibration, detectors with false positives only, and proposals from verdicts')
      .option('--out <file>', 'an HTML page with plots')
      .option('--json', 'one JSON object'),
    async (target, { json, out }) =>
      (await driftOf()).showDrift(target, { isJson: json === true, out, paint: paint(), width: width(), now: () => Date.now() }),
  )
  withConsent(
    drift
      .command('accept')
      .description('put a proposal in force')
      .argument('<id>')
      .requiredOption(...REASON),
    {
      follows: async (target, _, id) => (await driftOf()).whatAcceptChanges(target, id),
      action: async (target, { reason }, id) =>
        (await driftOf()).acceptProposal(target, id, { reason: reason ?? '', now: () => Date.now() }),
    },
  )
}
