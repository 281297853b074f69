import type { Command } from 'commander'
import { ResponderError } from '../../shared/errors.ts'
import { goAhead } from '../go-ahead.ts'
import { folded, wholeNumber, withTarget } from './with-target.ts'

/** Adds the command for messages that could not be processed. */
export function addRedrive(root: Command): void {
  withTarget(
    root
      .command('redrive')
      .description('what a deployed stack could not process: list it, or put the messages of a dead-letter queue back (with --reason)')
      .argument('[queue]', 'such as hot, bulk, backfill, notices, contain; without one, all are listed')
      .option('--reason <text>', 'why, for the record; puts the messages of the queue back')
      .option('--limit <number>', 'put at most so many back', wholeNumber)
      .option('--set-aside <message>', 'take one message out of the queue and keep it in the table')
      .option('--restore <message>', 'put one message back that was set aside')
      .option('--read <message>', 'print the whole text of one that was set aside')
      .option('--json', 'NDJSON')
      .option('--yes', 'do not ask first'),
    async (target, { reason, limit, setAside, restore, read, json, yes }, queue) => {
      const commands = await import('../commands/redrive.ts')
      if (read !== undefined) return commands.readMessage(target, read)
      const ask = async (follows: string) => (yes === true ? undefined : goAhead(follows))
      if ((setAside ?? restore) !== undefined) (await import('../../shared/domain/reason.ts')).requireReason({ reason: reason ?? '' })
      if (restore !== undefined) {
        await ask(`The message ${restore} is put back and processed as if it came now.`)
        return commands.restoreMessage(target, { id: restore, reason: reason ?? '' })
      }
      if (setAside !== undefined) {
        await ask(`The message ${setAside} leaves ${queue}, is not processed, and is kept in the table until it is put back.`)
        return commands.setAsideMessage(target, queue, { id: setAside, reason: reason ?? '' })
      }
      if (queue === '' || reason === undefined) {
        if (reason !== undefined) throw new ResponderError('usage', 'name the queue whose messages are put back')
        return folded(await commands.showFailures(target, { queue, isJson: json === true }), json)
      }
      if (yes !== true) await ask(await commands.whatRedriveChanges(target, queue, limit))
      return commands.redriveQueue(target, queue, { limit, reason })
    },
  )
}
