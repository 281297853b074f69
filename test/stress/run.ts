import { spawnSync } from 'node:child_process'
import { inspect, parseArgs } from 'node:util'
import { print } from './measured.ts'

/**
 * `npm run stress`: proofs of the reader and of the replay that are too large for `npm test`. Each prints its figures; the exit code is 1 where one does not hold.
 *
 *     npm run stress                                          # all, each in a process of its own, so that the peak of memory is its own
 *     npm run stress -- mutations [--count 100000] [--seed 1] [--from 0]
 *     npm run stress -- stream    [--gigabytes 10] [--replay]
 *     npm run stress -- files     [--count 100000] [--seed 1]
 *     npm run stress -- signals   [--count 10000] [--seed 1]
 *     npm run stress -- splits    [--count 200] [--seed 1] [--data FOLDER] [--records 3000]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    gigabytes: { type: 'string', default: '10' },
    replay: { type: 'boolean', default: false },
    data: { type: 'string' },
    records: { type: 'string', default: '3000' },
  },
})

const number = (name: 'count' | 'seed' | 'from' | 'gigabytes' | 'records', otherwise = 0): number => {
  const value = Number(values[name] ?? otherwise)
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number of 0 or more, got ${values[name]}`)
  return value
}

const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  async mutations() {
    const { mutations } = await import('./mutations.ts')
    await mutations({ count: number('count', 100_000), seed: number('seed'), from: number('from') })
  },
  async stream() {
    const { stream } = await import('./stream.ts')
    await stream({ gigabytes: number('gigabytes'), isReplayed: values.replay })
  },
  async files() {
    const { files } = await import('./files.ts')
    await files({ count: number('count', 100_000), seed: number('seed') })
  },
  async signals() {
    const { signals } = await import('./signals.ts')
    await signals({ count: number('count', 10_000), seed: number('seed') })
  },
  async splits() {
    const { splits } = await import('./splits.ts')
    await splits({ count: number('count', 200), seed: number('seed'), data: values.data, records: number('records') })
  },
}

const [name] = positionals
if (name === undefined) {
  const codes = Object.keys(PROOFS).map((proof) => {
    print(`\n${proof}`)
    return spawnSync(process.execPath, [import.meta.filename, proof, ...process.argv.slice(2)], { stdio: 'inherit' }).status
  })
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1
} else {
  const proof = PROOFS[name]
  try {
    if (proof === undefined) throw new Error(`there is no proof ${name}; there are ${Object.keys(PROOFS).join(', ')}`)
    await proof()
    print('it holds')
  } catch (error) {
    print(`it does NOT hold: ${inspect(error)}`)
    process.exitCode = 1
  }
}
