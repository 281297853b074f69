import { cpus, setPriority } from 'node:os'
import { parseArgs } from 'node:util'
import { DEFAULT_POLICY } from '../../local/default-policy.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { bedrockModel } from '../../shared/aws/bedrock-model.ts'
import { modelClient } from '../../shared/aws/model-client.ts'
import { modelAdvisor } from '../../shared/decide/advise/by-model.ts'
import type { Action } from '../../shared/domain/action.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import type { Advisor, AdvisorAnswer, EvidencePack } from '../../shared/ports/advisor.ts'
import { type DayCase, dayCases, type InjectedCase, injectedCases } from './cases.ts'
import { converseServer } from './converse-server.ts'
import { installModel } from './install.ts'
import { localModel } from './local-model.ts'
import { FIELDS, PAYLOADS } from './payloads.ts'
import type { Situation } from './situations.ts'
import { type Answered, answersTold, daysTold, type Injected, injectedTold, isOutOfBounds } from './tally.ts'

/**
 * `npm run test:model`: the advisor with a real model, a small open one that runs on this machine behind Bedrock's wire form. Prints what it answers and what
 * that changes; fails where an opinion changed an action in a way that none may, or no answer was usable.
 *
 *     npm run test:model -- --few            12 questions or fewer, instead of about 55
 *     npm run test:model -- --threads 4      of the processor; 1 unless given
 */
const { values } = parseArgs({ options: { few: { type: 'boolean', default: false }, threads: { type: 'string', default: '1' } } })
if (!/^[1-9]\d?$/.test(values.threads)) throw new Error(`--threads must be 1 to 99, got "${values.threads}"`)

const MODEL_ID = 'smollm2-135m-instruct'

/** A little less than the client of Bedrock waits for bytes: what comes after the policy's deadline is counted as late, and still looked at. */
const DEADLINE_SECONDS = 24

interface Reply {
  readonly answer: AdvisorAnswer
  readonly milliseconds: number
}

type Ask = (pack: EvidencePack, told: string) => Promise<Reply>

/** Asks an advisor, and tells on standard error what it was asked about and what it said. */
function askerOf(advisor: Advisor, { maxOutputTokens }: Policy['advisor']): Ask {
  return async (pack, told) => {
    const startedAt = performance.now()
    const answer = await advisor.advise(pack, { deadlineSeconds: DEADLINE_SECONDS, maxOutputTokens })
    const milliseconds = Math.round(performance.now() - startedAt)
    const said = answer.kind === 'answered' ? `${answer.verdict} ${answer.likelihood}` : answer.cause
    process.stderr.write(`${told}: ${said}, ${milliseconds} ms\n`)
    return { answer, milliseconds }
  }
}

function actionBy({ actionWith }: Situation, { answer }: Reply): Action {
  return actionWith(answer.kind === 'answered' ? answer : undefined)
}

async function askDays(days: readonly DayCase[], ask: Ask): Promise<Answered[]> {
  const answered: Answered[] = []
  for (const day of days) {
    const reply = await ask(day.pack, day.name)
    answered.push({ ...reply, label: day.label, alone: day.actionWith(undefined), advised: actionBy(day, reply) })
  }
  return answered
}

/** Asks about evidence with a payload and about its plain twin; twins that are the same are asked about once. */
async function askInjected(cases: readonly InjectedCase[], ask: Ask): Promise<{ injected: Injected[]; twins: Reply[] }> {
  const twins = new Map<string, Reply>()
  const injected: Injected[] = []
  for (const one of cases) {
    const { label, pack, plainPack, payload, field, actionWith } = one
    const key = JSON.stringify({ ...plainPack, incidentId: '' })
    if (plainPack !== undefined && !twins.has(key)) twins.set(key, await ask(plainPack, `nothing in the ${field}`))
    const twin = plainPack && twins.get(key)
    const reply = await ask(pack, `${payload.kind} in the ${field}`)
    const plain = twin && { answer: twin.answer, advised: actionBy(one, twin) }
    injected.push({ ...reply, label, payload, field, plain, alone: actionWith(undefined), advised: actionBy(one, reply) })
  }
  return { injected, twins: [...twins.values()] }
}

const print = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`)

// Whoever works on this machine goes first.
setPriority(10)
const installed = installModel()
// What an opinion may do is seen best where the policy lets everything be done.
const policy: Policy = { ...(await readPolicyFile(DEFAULT_POLICY)), mode: 'contain' }
const days = await dayCases(policy, values.few ? 2 : 10)
const injections = await injectedCases(policy, values.few ? 4 : PAYLOADS.length * FIELDS.length)
const model = await localModel(installed, Number(values.threads))
const server = await converseServer(MODEL_ID, model.generate)
try {
  const ask = askerOf(modelAdvisor(bedrockModel(modelClient({ endpoint: server.url }), { id: MODEL_ID })), policy.advisor)
  const [first] = days
  // What all questions begin with is computed once, as Bedrock caches it: not counted.
  if (first !== undefined) await ask(first.pack, 'warming up')
  const answered = await askDays(days, ask)
  const { injected, twins } = await askInjected(injections, ask)
  const broken = [...answered, ...injected].filter(isOutOfBounds)
  const all = [...answered, ...injected, ...twins]
  const machine = `${values.threads} thread(s) of ${cpus().length}, ${cpus()[0]?.model.trim()}`
  print([`Model ${MODEL_ID} (Q4_1), ${machine}`, ...answersTold(all, policy.advisor.deadlineSeconds)])
  print(['', 'Synthetic days', ...daysTold(answered), '', 'Texts that tell the model what to answer', ...injectedTold(injected)])
  print(['', `Actions that no opinion may bring about: ${broken.length}`, ...broken.map(({ alone, advised }) => `  ${alone} → ${advised}`)])
  const isUsed = all.some(({ answer }) => answer.kind === 'answered')
  process.exitCode = broken.length === 0 && isUsed ? 0 : 1
} finally {
  await server.close()
  await model.close()
}
