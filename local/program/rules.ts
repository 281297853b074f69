import type { Command } from 'commander'
import { folded, print } from './with-target.ts'

const commands = () => import('../commands/rules.ts')

/** Adds the commands for detections that people write as data. */
export function addRules(root: Command): void {
  const rules = root.command('rules').description('detections as data: Sigma rules for CloudTrail')
  rules
    .command('check')
    .description('which rules of a folder are loaded, which are refused and why; exit code 1 where one is refused')
    .argument('<folder>')
    .option('--json', 'NDJSON: one line for each file, then the counts')
    .action(async (folder: string, { json }: { json?: true }) =>
      told(await (await commands()).checkRules(folder, { isJson: json === true }), json),
    )
  rules
    .command('test')
    .description('whether each rule of a folder matches its own samples, and none of its near misses; exit code 1 where one does not')
    .argument('<folder>')
    .option('--json', 'NDJSON: one line for each rule, then the counts')
    .action(async (folder: string, { json }: { json?: true }) =>
      told(await (await commands()).testRules(folder, { isJson: json === true }), json),
    )
}

function told({ output, isWhole }: { output: string; isWhole: boolean }, json: true | undefined): void {
  print(folded(output, json))
  if (!isWhole) process.exitCode = 1
}
