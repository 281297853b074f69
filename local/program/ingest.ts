import { type Command, Option } from 'commander'
import { DATA_FOLDER } from '../data-folder.ts'
import { goAhead } from '../go-ahead.ts'
import { openTarget, requireStack, type TargetOptions } from '../open-target.ts'
import { requireSomeInput } from '../read/list-files.ts'
import { jsonText } from '../render/json-text.ts'
import { complain, print } from './with-target.ts'

/** Adds the command that reports what scanners found. */
export function addIngest(root: Command): void {
  root
    .command('ingest')
    .description('report the credentials that TruffleHog or Gitleaks found: files, folders, or - for standard input')
    .argument('<path...>')
    .option('--dry-run', 'print the reports as NDJSON, and report nothing')
    .option('--yes', 'do not ask first')
    .addOption(new Option('--data <folder>', 'the embedded account').default(DATA_FOLDER))
    .addOption(new Option('--stack <name>', 'a deployed stack, with your AWS credentials'))
    .addOption(new Option('--region <region>', 'the region of the stack'))
    .action(async (paths: string[], options: TargetOptions & { readonly dryRun?: true; readonly yes?: true }) => {
      requireStack(options)
      requireSomeInput(paths)
      const { handedOnLines, ingest, reportLines, summaryLine, whatIngestDoes } = await import('../commands/ingest.ts')
      const found = await ingest({ paths, now: Date.now(), err: process.stderr })
      const { reports, isWhole } = found
      if (options.dryRun === true) {
        for (const report of reports) print(jsonText(report))
        complain(`${summaryLine(found)} Nothing was reported.`)
      } else {
        for (const line of reportLines(reports)) print(line)
        if (reports.length > 0 && options.yes !== true) await goAhead(whatIngestDoes(reports))
        const told = reports.length === 0 ? 'There is nothing to report.' : await handOn(options)
        print(`${summaryLine(found)} ${told}`)
      }
      if (!isWhole) process.exitCode = 3

      async function handOn(target: TargetOptions): Promise<string> {
        const opened = await openTarget(target)
        try {
          return (await handedOnLines(opened, reports)).join('\n')
        } finally {
          await opened.close()
        }
      }
    })
}
