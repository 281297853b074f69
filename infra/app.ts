import { App } from 'aws-cdk-lib'
import { ResponderError } from '../shared/errors.ts'
import { synthesize } from './synthesize.ts'

try {
  await synthesize(new App(), (line) => void process.stderr.write(`${line}\n`))
} catch (refusal) {
  // What nobody expected keeps its stack.
  if (!(refusal instanceof ResponderError)) throw refusal
  process.stderr.write(`\ncountersign: ${refusal.message} [${refusal.code}]\n\n`)
  // Ends here: an App that is half made would be synthesised when the process ends by itself.
  process.exit(1)
}
