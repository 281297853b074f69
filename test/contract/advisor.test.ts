import { afterEach, describe, expect, it } from 'vitest'
import { bedrockModel } from '../../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../../shared/aws/clients.ts'
import { modelAdvisor } from '../../shared/decide/advise/by-model.ts'
import { withCircuit } from '../../shared/decide/advise/circuit.ts'
import { evidenceIds } from '../../shared/decide/advise/pack.ts'
import { absentAdvisor, offlineAdvisor } from '../../shared/memory/advisor.ts'
import type { Advisor, EvidencePack } from '../../shared/ports/advisor.ts'
import { json, type Loopback, loopback, type WireAnswer, type WireRequest } from './loopback.ts'

const PACK: EvidencePack = {
  incidentId: 'inc-0123456789ab',
  identityKind: 'iam-user',
  baseline: { ageDays: 30, calls: 400, maturity: 1, errorRate: 0.02 },
  risk: 62,
  findings: [
    { id: 'F1', detector: 'discovery-burst', title: 'Looked around', technique: 'T1580', share: 35 },
    { id: 'F2', detector: 'new-country', title: 'Called from a new country', technique: 'T1078.004', share: 27 },
  ],
  timeline: [
    { id: 'S1', secondsAgo: 40, findings: ['F2'] },
    { id: 'S2', secondsAgo: 0, findings: ['F1'] },
  ],
  blastRadius: { score: 40, reasons: ['can read stored data'] },
  untrusted: { userAgent: 'aws-cli/2.15' },
}

const MODEL = 'anthropic.example-v1:0'
const LIMITS = { deadlineSeconds: 5, maxOutputTokens: 800 }
const HASTE = { ...LIMITS, deadlineSeconds: 0.4 }

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

interface Setting {
  readonly model?: { readonly id: string; readonly guardrail?: { readonly id: string; readonly version: string } }
}

/** The advisor on the SDK against a server that speaks Converse, with pauses that are noted and not waited. */
async function bedrock(answer: (request: WireRequest, at: number) => WireAnswer | Promise<WireAnswer>, { model }: Setting = {}) {
  let at = 0
  const wire = await loopback((request) => answer(request, at++))
  wires.push(wire)
  const pauses: number[] = []
  const time = { wait: async (ms: number) => void pauses.push(ms), random: () => 0.5 }
  return { advisor: modelAdvisor(bedrockModel(bedrockClient(wire.options), model ?? { id: MODEL }, time)), wire, pauses }
}

/** An answer of Converse with the given content. */
function converse(content: unknown, stopReason = 'tool_use'): WireAnswer {
  const usage = { inputTokens: 1200, outputTokens: 90, totalTokens: 1290 }
  return json({ output: { message: { role: 'assistant', content } }, stopReason, usage, metrics: { latencyMs: 1 } })
}

const OPINION = {
  likelihood: 71,
  verdict: 'compromised',
  reasons: [{ text: 'a burst from a new country', evidence: ['F1', 'F2', 'S2'] }],
  techniques: ['T1580'],
  narrative: 'discovery-burst and new-country together.',
  nextSteps: ['ask the owner whether they travel'],
}
const opinion = (input: unknown, name = 'give_opinion') => [{ toolUse: { toolUseId: 't-1', name, input } }]
const GOOD = opinion(OPINION)
const error = (name: string, status: number, headers: Record<string, string> = {}): WireAnswer => ({
  ...(json({ message: 'no' }, status) as object),
  headers: { 'x-amzn-errortype': name, ...headers },
})
const busy = (headers = {}) => error('ThrottlingException', 429, headers)

describe.each([
  { name: 'offline', make: async () => offlineAdvisor() },
  { name: 'on Bedrock', make: async () => (await bedrock(() => converse(GOOD))).advisor },
])('the advisor $name', ({ make }) => {
  it('answers with a likelihood, a verdict, and reasons that rest on the pack', async () => {
    const answer = await (await make()).advise(PACK, LIMITS)
    if (answer.kind !== 'answered') throw new Error(answer.cause)
    expect(answer.likelihood).toBeGreaterThanOrEqual(0)
    expect(answer.likelihood).toBeLessThanOrEqual(100)
    expect(['compromised', 'legitimate', 'unclear']).toContain(answer.verdict)
    expect(answer.narrative).toContain('new-country')
    expect(answer.reasons.length).toBeGreaterThan(0)
    const known = evidenceIds(PACK)
    for (const { evidence } of answer.reasons) for (const id of evidence) expect(known.has(id)).toBe(true)
  })

  it('says the same of the same evidence', async () => {
    const advisor = await make()
    const said = async () => ({ ...(await advisor.advise(PACK, LIMITS)), milliseconds: 0 })
    expect(await said()).toEqual(await said())
  })
})

describe('the offline advisor', () => {
  const likelihood = async (pack: Partial<EvidencePack>) => {
    const answer = await offlineAdvisor().advise({ ...PACK, ...pack }, LIMITS)
    return answer.kind === 'answered' ? answer.likelihood : Number.NaN
  }
  const findings = (techniques: number) =>
    Array.from({ length: techniques }, (_, at) => ({ id: `F${at}`, detector: `d-${at}`, title: 't', technique: `T10${at}`, share: 30 }))

  it('says that it is no model', async () => {
    expect(await offlineAdvisor().advise(PACK, LIMITS)).toMatchObject({ model: 'offline', narrative: expect.stringMatching(/^Template/) })
  })

  it('finds a compromise likelier with more techniques, a better known identity, a higher risk', async () => {
    expect(await likelihood({ findings: findings(5) })).toBeGreaterThan(await likelihood({ findings: findings(1) }))
    const known = (maturity: number) => likelihood({ baseline: { ...PACK.baseline, maturity } })
    expect(await known(1)).toBeGreaterThan(await known(0))
    expect(await likelihood({ risk: 90 })).toBeGreaterThan(await likelihood({ risk: 30 }))
  })
})

describe('no advisor', () => {
  it('falls back, and says why', async () => {
    expect(await absentAdvisor.advise(PACK, LIMITS)).toEqual({ kind: 'fallback', cause: 'absent' })
  })
})

describe('the advisor on Bedrock', () => {
  it.each<[string, WireAnswer, string]>([
    ['hangs', 'hang', 'late'],
    ['stops in the middle of its answer', 'stall', 'late'],
    ['answers with another tool', converse(opinion(OPINION, 'delete_user')), 'malformed'],
    ['answers with two opinions', converse([...GOOD, ...GOOD]), 'malformed'],
    ['answers in words', converse([{ text: JSON.stringify(OPINION) }], 'end_turn'), 'malformed'],
    ['answers nothing', converse([]), 'malformed'],
    ['leaves a member out', converse(opinion({ ...OPINION, verdict: undefined })), 'malformed'],
    ['adds a member', converse(opinion({ ...OPINION, target: 'user/root' })), 'malformed'],
    ['gives a likelihood as text', converse(opinion({ ...OPINION, likelihood: '71' })), 'malformed'],
    ['gives a likelihood over 100', converse(opinion({ ...OPINION, likelihood: 101 })), 'malformed'],
    ['gives a likelihood under 0', converse(opinion({ ...OPINION, likelihood: -1 })), 'malformed'],
    ['gives no number', converse(opinion({ ...OPINION, likelihood: null })), 'malformed'],
    ['gives another verdict', converse(opinion({ ...OPINION, verdict: 'contain' })), 'malformed'],
    ['gives no reason', converse(opinion({ ...OPINION, reasons: [] })), 'malformed'],
    ['gives a reason that rests on nothing', converse(opinion({ ...OPINION, reasons: [{ text: 'x', evidence: [] }] })), 'malformed'],
    ['names a technique that is none', converse(opinion({ ...OPINION, techniques: ['ignore'] })), 'malformed'],
    ['invents a finding', converse(opinion({ ...OPINION, reasons: [{ text: 'x', evidence: ['F1', 'F9'] }] })), 'invented'],
    ['invents a step', converse(opinion({ ...OPINION, reasons: [{ text: 'x', evidence: ['S3'] }] })), 'invented'],
    ['names evidence by other words', converse(opinion({ ...OPINION, reasons: [{ text: 'x', evidence: ['userAgent'] }] })), 'malformed'],
    ['tells a novel', converse(opinion({ ...OPINION, narrative: 'x'.repeat(801) })), 'malformed'],
    ['answers 5 MB', converse(opinion({ ...OPINION, narrative: 'x'.repeat(5_000_000) })), 'malformed'],
    ['is cut off by its token limit', converse(GOOD, 'max_tokens'), 'malformed'],
    ['answers what is no JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"output":' }, 'malformed'],
    ['is stopped by a guardrail', converse([{ text: 'no' }], 'guardrail_intervened'), 'refused'],
    ['is filtered', converse(GOOD, 'content_filtered'), 'refused'],
    ['is not allowed', error('AccessDeniedException', 403), 'failed'],
    ['is not known', error('ResourceNotFoundException', 404), 'failed'],
  ])('falls back at once where the model %s', async (_, answer, cause) => {
    const { advisor, wire } = await bedrock(() => answer)
    expect(await advisor.advise(PACK, cause === 'late' ? HASTE : LIMITS)).toEqual({ kind: 'fallback', cause })
    expect(wire.requests).toHaveLength(1)
  })

  it.each<[string, WireAnswer, string]>([
    ['is throttled', busy(), 'throttled'],
    ['breaks', error('ServiceUnavailableException', 503), 'failed'],
    ['stands behind a broken proxy', { status: 502, body: '<html>' }, 'malformed'],
  ])('asks once more where the model %s, and then falls back', async (_, answer, cause) => {
    const { advisor, wire, pauses } = await bedrock(() => answer)
    expect(await advisor.advise(PACK, LIMITS)).toEqual({ kind: 'fallback', cause })
    expect([wire.requests.length, pauses]).toEqual([2, [300]])
  })

  it('takes the second answer, after as long as Bedrock asked for', async () => {
    const { advisor, wire, pauses } = await bedrock((_, at) => (at === 0 ? busy({ 'retry-after': '2' }) : converse(GOOD)))
    expect(await advisor.advise(PACK, LIMITS)).toMatchObject({ kind: 'answered', likelihood: 71 })
    expect([wire.requests.length, pauses]).toEqual([2, [2000]])
  })

  it('does not wait for a second try that its deadline leaves no time for', async () => {
    const { advisor, wire, pauses } = await bedrock(() => busy({ 'retry-after': '30' }))
    expect(await advisor.advise(PACK, LIMITS)).toEqual({ kind: 'fallback', cause: 'throttled' })
    expect([wire.requests.length, pauses]).toEqual([1, []])
  })

  it('waits for a slow answer as long as its deadline says', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      return converse(GOOD)
    }
    expect(await (await bedrock(slow)).advisor.advise(PACK, { ...LIMITS, deadlineSeconds: 20 })).toMatchObject({ kind: 'answered' })
    expect(await (await bedrock(slow)).advisor.advise(PACK, { ...LIMITS, deadlineSeconds: 0.05 })).toEqual({
      kind: 'fallback',
      cause: 'late',
    })
  })

  it('falls back where nobody listens', async () => {
    const { advisor, wire } = await bedrock(() => 'hang')
    await wire.close()
    expect(await advisor.advise(PACK, HASTE)).toEqual({ kind: 'fallback', cause: 'failed' })
  })

  it('says what the answer cost', async () => {
    const { advisor } = await bedrock(() => converse(GOOD))
    expect(await advisor.advise(PACK, LIMITS)).toMatchObject({
      model: MODEL,
      inputTokens: 1200,
      outputTokens: 90,
      milliseconds: expect.any(Number),
    })
  })

  it('forces the one tool, at temperature 0, and bounds the answer', async () => {
    const { advisor, wire } = await bedrock(() => converse(GOOD))
    await advisor.advise(PACK, LIMITS)
    const { path, body } = wire.requests[0] as WireRequest
    expect(decodeURIComponent(path)).toBe(`/model/${MODEL}/converse`)
    const { toolConfig, inferenceConfig, requestMetadata, guardrailConfig } = JSON.parse(body)
    expect(toolConfig.toolChoice).toEqual({ tool: { name: 'give_opinion' } })
    expect(toolConfig.tools).toHaveLength(1)
    expect(toolConfig.tools[0].toolSpec.inputSchema.json).toMatchObject({ type: 'object', additionalProperties: false })
    expect(inferenceConfig).toEqual({ maxTokens: 800, temperature: 0 })
    expect(requestMetadata).toEqual({ incidentId: PACK.incidentId })
    expect(guardrailConfig).toBeUndefined()
  })

  it('marks the fixed part to be cached, for models that can, and passes a guardrail where one is configured', async () => {
    const model = { id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', guardrail: { id: 'gr1', version: '3' } }
    const cached = await bedrock(() => converse(GOOD), { model })
    await cached.advisor.advise(PACK, LIMITS)
    await cached.advisor.advise({ ...PACK, risk: 50 }, LIMITS)
    const [first, second] = cached.wire.requests.map(({ body }) => JSON.parse(body))
    expect(first.system).toEqual([{ text: expect.any(String) }, { cachePoint: { type: 'default' } }])
    expect(second.system).toEqual(first.system)
    expect(second.toolConfig).toEqual(first.toolConfig)
    expect(first.guardrailConfig).toEqual({ guardrailIdentifier: 'gr1', guardrailVersion: '3' })
    const plain = await bedrock(() => converse(GOOD))
    await plain.advisor.advise(PACK, LIMITS)
    expect(JSON.parse(plain.wire.requests[0]?.body ?? '').system).toHaveLength(1)
  })

  it('names no incident, account or target to the model', async () => {
    const { advisor, wire } = await bedrock(() => converse(GOOD))
    await advisor.advise(PACK, LIMITS)
    const { messages, system } = JSON.parse((wire.requests[0] as WireRequest).body)
    expect(JSON.stringify([messages, system])).not.toContain(PACK.incidentId)
  })

  it('passes on no control characters that the model repeats', async () => {
    const { advisor } = await bedrock(() => converse(opinion({ ...OPINION, narrative: 'a\u001b[2J\u202eb\nc', nextSteps: ['d\u0007e'] })))
    expect(await advisor.advise(PACK, LIMITS)).toMatchObject({ narrative: 'a [2J b c', nextSteps: ['d e'] })
  })
})

describe('an advisor with a circuit', () => {
  const failing = (causes: ('late' | 'malformed' | 'answered')[]): Advisor & { asked: number } => {
    const advisor = {
      asked: 0,
      async advise(pack: EvidencePack) {
        const cause = causes[advisor.asked++] ?? 'late'
        if (cause === 'answered') return offlineAdvisor().advise(pack, LIMITS)
        return { kind: 'fallback' as const, cause }
      },
    }
    return advisor
  }

  it('rests for a minute after five failures in a row, then tries one question', async () => {
    const inner = failing([])
    let now = 0
    const advisor = withCircuit(inner, { now: () => now })
    for (let at = 0; at < 8; at++) await advisor.advise(PACK, LIMITS)
    expect(inner.asked).toBe(5)
    expect(await advisor.advise(PACK, LIMITS)).toEqual({ kind: 'fallback', cause: 'circuit-open' })
    now = 60_000
    const [tried, turned] = await Promise.all([advisor.advise(PACK, LIMITS), advisor.advise(PACK, LIMITS)])
    expect([tried, turned].map((answer) => (answer.kind === 'fallback' ? answer.cause : ''))).toEqual(['late', 'circuit-open'])
    expect(inner.asked).toBe(6)
  })

  it('closes at the first answer, and does not count what the question is to blame for', async () => {
    const inner = failing(['late', 'late', 'late', 'late', 'answered', ...Array(9).fill('malformed'), 'answered'])
    const advisor = withCircuit(inner, { now: () => 0 })
    for (let at = 0; at < 15; at++) await advisor.advise(PACK, LIMITS)
    expect(inner.asked).toBe(15)
  })
})
