import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { evaluatePolicy } from '../../shared/decide/reach/evaluate-policy.ts'
import { readPolicies, rightOf } from '../../shared/decide/reach/right.ts'
import { pythonEnvironment } from '../python-environment.ts'
import type { Ask, AskEngine } from './comparison.ts'
import type { PolicyCase } from './generated-case.ts'

/** `failed`: the engine raised an error. `possible`: ours says that the answer is not certain. */
export type Decision = 'allowed' | 'denied' | 'possible' | 'failed'

export const ENGINES = ['moto', 'ministack', 'iamprover'] as const
export type Engine = (typeof ENGINES)[number]

const HERE = import.meta.dirname

/** The commands of a Python environment that has the engines. */
export function installEngines(): string {
  return pythonEnvironment(join(HERE, '..', '..', '.venv-policies'), join(HERE, 'requirements.txt'))
}

/** What an engine says; `solver` is iamprover, asked whether any resource that a pattern matches is allowed. Throws where it does not run. */
export function engine(commands: string, name: Engine | 'solver'): AskEngine {
  return async (cases) => {
    const child = spawn(join(commands, 'python'), [join(HERE, 'engines.py'), name], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONWARNINGS: 'ignore' },
    })
    const written = pipeline(
      cases.map((one) => `${JSON.stringify(one)}\n`),
      child.stdin,
    )
    const [printed, [status]] = await Promise.all([text(child.stdout), once(child, 'close'), written])
    const lines = printed.trimEnd().split('\n')
    if (status !== 0 || lines.length !== cases.length)
      throw new Error(`${name} ended with exit code ${status} and answered ${lines.length} of ${cases.length} cases`)
    return lines.map((line) => (JSON.parse(line) as unknown[]).map(decisionOf))
  }
}

/** Ours: of one call, and of a right to a resource, where the resource is one. */
export const OURS: Readonly<Record<'evaluatePolicy' | 'rightOf', Ask>> = {
  evaluatePolicy: (cases) =>
    cases.map((one) => {
      const policies = policiesOf(one)
      return one.requests.map((request) => evaluatePolicy(policies, { ...request, context: contextOf(request.context) }).outcome)
    }),
  rightOf: (cases) =>
    cases.map((one) => {
      const policies = readPolicies(policiesOf(one), [])
      return one.requests.map(({ action, resource, context }) => {
        // To it a wildcard stands for any resource, and not for itself.
        if (/[*?]/.test(resource)) return undefined
        const right = rightOf(policies, { action, form: resource, context: contextOf(context) })
        return right?.outcome ?? 'denied'
      })
    }),
}

/** Ours: of a right to any resource that a pattern matches. */
export const anyResource: Ask = (cases) =>
  cases.map((one) => {
    const policies = readPolicies(policiesOf(one), [])
    return one.requests.map(
      ({ action, resource }) => rightOf(policies, { action, form: resource, context: new Map() })?.outcome ?? 'denied',
    )
  })

function policiesOf({ identity, boundary }: PolicyCase) {
  return {
    identity: identity.map((document, at) => ({ name: `policy ${at + 1}`, document })),
    ...(boundary === undefined ? {} : { boundary: { name: 'boundary', document: boundary } }),
  }
}

function contextOf(context: PolicyCase['requests'][number]['context']) {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
}

function decisionOf(answer: unknown): Decision | undefined {
  if (answer === null) return undefined
  if (answer === 'failed') return answer
  return answer === true ? 'allowed' : 'denied'
}
