import { App } from 'aws-cdk-lib'
import { clearError } from '../local/clear-error.ts'
import { ResponderError } from '../shared/errors.ts'
import { synthesize } from './synthesize.ts'

try {
  await synthesize(new App(), (line) => void process.stderr.write(`${line}\n`))
} catch (thrown) {
  const refusal = clearError(thrown)
  // What nobody expected keeps its stack.
  if (!(refusal instanceof ResponderError)) throw thrown
  process.stderr.write(`\ncountersign: ${refusal.message} [${refusal.code}]\n\n`)
  // Ends here: an App that is half made would be synthesised when the process ends by itself.
  process.exit(1)
}
