import { describe, expect, it } from 'vitest'
import { tamperingMarker } from '../../shared/sense/enrich/tampering.ts'
import { TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'
import { asCall, recordOf } from '../scenarios/case.ts'
import { NOT_OURS, operationsOf, parametersOf, READS, reasonAgainst, requestWith } from './changes.ts'
import { addReads, freshContext, type Reader, type Reads, readsOf, recordingCopy, signalOf } from './reads.ts'
import {
  BACKDOORS,
  CATALOGUE,
  countActivity,
  DAY_KINDS,
  DESTRUCTION,
  type Detector,
  daysRecords,
  LAUNCHES,
  MAIL_PROBES,
  MODEL_PROBES,
  namedActions,
  policyIn,
  REVERSALS,
  STEPS,
  scenarios,
  sourceOf,
  text,
} from './subjects.ts'
import { readExceptions, vocabulary } from './vocabulary.ts'

const { faultOfAction, faultOfParameter, faultOfTechnique, faultOfWord } = vocabulary()

const played = scenarios()

/** What a detector reads of the calls that it names and of those of its scenarios. */
function readsOfDetector(detector: Detector): Reads {
  const reader: Reader = (signal, context) => detector.matches(signal, context)
  const own = played.filter(({ name }) => name.startsWith(`${detector.id}.`))
  const reads = readsOf(reader, detector.actions ?? [])
  for (const [path, actions] of readsOfPlayed(reader, own, detector.actions)) {
    reads.set(path, new Set([...(reads.get(path) ?? []), ...actions]))
  }
  return reads
}

/** What a reader reads of the calls of scenarios, those that it names or all. */
function readsOfPlayed(reader: Reader, those: typeof played, named?: readonly string[]): Reads {
  const reads: Reads = new Map()
  for (const { name, calls } of those) {
    for (const call of calls) {
      const signal = signalOf(recordOf(call, { id: name, time: Date.UTC(2026, 0, 1), n: 0 }))
      if (named?.includes(signal.action) === false) continue
      addReads(reads, signal.action, (seen) => {
        reader({ ...signal, request: recordingCopy(seen, signal.request) }, freshContext(signal))
      })
    }
  }
  return reads
}

function faultsOfReads(reads: Reads): string[] {
  return [...reads].flatMap(([path, actions]) => faultOfParameter(path, [...actions]) ?? [])
}

/** All that is wrong with the names that a detector uses. */
function faultsOf(detector: Detector): string[] {
  const actions = (detector.actions ?? []).flatMap((action) => faultOfAction(action) ?? [])
  const technique = faultOfTechnique(detector.attack) ?? []
  return [...actions, technique, ...faultsOfReads(withoutPolicyIn(readsOfDetector(detector)))].flat()
}

/** `policyIn` looks wherever any service has its policy. A detector that reads all that it reads has called it; a case below holds its names. */
function withoutPolicyIn(reads: Reads): Reads {
  const its = readsOfPolicyIn()
  return [...its].every((path) => reads.has(path)) ? new Map([...reads].filter(([path]) => !its.has(path))) : reads
}

function readsOfPolicyIn(): ReadonlySet<string> {
  return new Set(readsOf(({ request }) => policyIn(request), ['iam:CreateRole']).keys())
}

/** The names in a pattern such as `"(fromPort|toPort)":`, by which some detectors search the text of a request. */
const SEARCHED = /"(?:\((?:\?:)?)?([A-Za-z|]+)\)?":/g

function searchedBy(detector: Detector): string[] {
  return [...sourceOf(detector).matchAll(SEARCHED)].flatMap(([, names = '']) => names.split('|'))
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

describe('the words of AWS and ATT&CK', () => {
  // `parameters-left-out` looks for a policy under the names of all the others, whatever the call.
  const named = CATALOGUE.filter(({ id }) => id !== 'parameters-left-out')

  it.each(named.map((detector) => [detector.id, detector] as const))('%s uses only names that exist', (_, detector) => {
    expect(faultsOf(detector)).toEqual([])
  })

  it('has detectors search requests only for names that their calls have', () => {
    const searched = CATALOGUE.map((detector) => ({ detector, words: searchedBy(detector) }))
    expect(searched.flatMap(({ words }) => words).length).toBeGreaterThan(10)
    expect(
      searched.flatMap(({ detector, words }) =>
        words.flatMap((word) => faultOfWord(word, detector.actions ?? [])?.concat(` (${detector.id})`) ?? []),
      ),
    ).toEqual([])
  })

  it('says how to list the parameters of a call that no file named before', () => {
    const unlisted = 'route53:CreateHostedZone'
    expect(faultOfAction(unlisted)).toBeUndefined()
    expect(faultOfParameter('name', [unlisted])).toBe(
      `name: the lists hold no parameters of ${unlisted}; \`npm run vocabulary\` adds those of calls that a file names`,
    )
  })

  it('refuses a detector of made-up names, and says which ones are near', () => {
    const madeUp: Detector = {
      id: 'role-created',
      title: 'Role created',
      weight: 0.5,
      group: 'persistence',
      attack: 'T1098.033',
      runbook: 'Ask who the role is for.',
      actions: ['iam:CreateRol', 'eks:CreateNodegroup'],
      matches: ({ request, action }) =>
        action === 'iam:CreateRol'
          ? { reason: `${text(request, 'rolName')}` }
          : { reason: `${text(request, 'scalingConfig', 'desiredSiz')} ${text(request, 'clusterName')}` },
    }
    expect(faultsOf(madeUp)).toEqual([
      'iam:CreateRol is no operation that CloudTrail logs; the nearest is iam:CreateRole',
      'T1098.033 is no technique of ATT&CK, or a revoked one; the nearest is T1098.003',
      'rolName is no request parameter of iam:CreateRol; the nearest is roleName',
      'scalingConfig.desiredSiz is no request parameter of eks:CreateNodegroup; the nearest is scalingConfig.desiredSize',
    ])
    expect(faultOfWord('fromPrt', ['ec2:AuthorizeSecurityGroupIngress'])).toContain('the nearest is fromPort')
  })

  it('names no action anywhere that CloudTrail does not log', () => {
    const named = namedActions()
    expect(named.size).toBeGreaterThan(250)
    expect([...named].flatMap(([action, files]) => faultOfAction(action)?.concat(` (${files.join(', ')})`) ?? [])).toEqual([])
  })

  it('finds a policy where some operation of the catalogue has it', () => {
    const actions = CATALOGUE.flatMap((detector) => detector.actions ?? [])
    const reads = readsOfPolicyIn()
    expect(reads.size).toBeGreaterThan(5)
    expect(unique([...reads].flatMap((path) => faultOfParameter(path, actions) ?? []))).toEqual([])
  })

  it('notes by names that exist', () => {
    const models = [...MODEL_PROBES].map((operation) => `bedrock:${operation}`)
    const others = ['sts:AssumeRole', 'lambda:GetFunction', 'lambda:GetFunctionConfiguration', 'secretsmanager:GetSecretValue']
    const reads = [...['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath', 'ec2:DescribeInstanceAttribute'], ...others]
    const actions = [...MAIL_PROBES, ...DESTRUCTION, ...LAUNCHES, ...models, ...reads]
    expect(actions.flatMap((action) => faultOfAction(action) ?? [])).toEqual([])
    const reader: Reader = (signal) => countActivity(signal, () => {})
    expect(faultsOfReads(readsOf(reader, actions))).toEqual([])
    expect(faultsOfReads(readsOfPlayed(reader, played))).toEqual([])
  })

  it.each([...REVERSALS, ...BACKDOORS])('%s has the parameter %s', (action, parameter) => {
    expect(faultOfAction(action)).toBeUndefined()
    expect(faultOfParameter(parameter, [action])).toBeUndefined()
  })
})

describe('the steps of a containment', () => {
  it.each(STEPS.map((kind) => [kind.kind, kind] as const))(
    '%s declares calls that CloudTrail logs, with the parameters that they have',
    (_, kind) => {
      const { owner, calls } = kind
      const logged = [calls.set, calls.unset, ...calls.reversedBy].map((operation) => `iam:${operation}`)
      expect(logged.flatMap((action) => faultOfAction(action) ?? faultOfParameter(owner, [action]) ?? [])).toEqual([])
      if (calls.policyParameter !== undefined) expect(faultOfParameter(calls.policyParameter, logged)).toBeUndefined()
    },
  )
})

describe('the calls by which the responder is tampered with', () => {
  const listed = Object.entries(TAMPERING).flatMap(([service, names]) => names.map((operation) => `${service}:${operation}`))

  it('are calls that CloudTrail logs', () => {
    expect(listed.flatMap((action) => faultOfAction(action) ?? [])).toEqual([])
  })

  it('are all operations of the services of the stack that change something, but those that cannot name what the stack has', () => {
    // Trails belong to the account, and every change of IAM is delivered.
    const services = Object.keys(TAMPERING).filter((service) => service !== 'cloudtrail')
    const changes = services.flatMap((service) =>
      operationsOf(service)
        .filter((operation) => !READS.test(operation))
        .map((operation) => `${service}:${operation}`),
    )
    expect(changes.length).toBeGreaterThan(400)
    expect(changes.filter((action) => !listed.includes(action) && reasonAgainst(action) === undefined)).toEqual([])
  })

  it('are not among those of which a reason says that they cannot name what the stack has; and each reason is of some operation', () => {
    expect(listed.filter((action) => reasonAgainst(action) !== undefined)).toEqual([])
    const all = Object.keys(TAMPERING).flatMap((service) => operationsOf(service).map((operation) => `${service}:${operation}`))
    const named = NOT_OURS.flatMap(([, actions]) => actions)
    expect(named.filter((action) => !all.includes(action))).toEqual([])
  })

  it('are seen where a parameter that they have names a resource of the stack', () => {
    const mark = tamperingMarker({ sessions: new Set(), stackName: 'Countersign', names: new Set() })
    const isSeen = (action: string, request: Readonly<Record<string, unknown>>) => {
      const signal = signalOf(recordOf(asCall(action), { id: 'x', time: Date.UTC(2026, 0, 1), n: 0 }))
      return mark({ ...signal, isReadOnly: false, request }).isAgainstResponder
    }
    const sees = (action: string, name: string) => parametersOf(action).some((path) => isSeen(action, requestWith(path.split('.'), name)))
    expect(listed.filter((action) => !sees(action, 'Countersign-Thing1A2B3C4D-X'))).toEqual([])
    // That call may name a change set by its ARN alone, which may be of the stack.
    expect(listed.filter((action) => sees(action, 'Web-Thing1A2B3C4D-X'))).toEqual(['cloudformation:ExecuteChangeSet'])
  })
})

describe('the exceptions', () => {
  it('are needed: the public models do not have them', () => {
    const { events, parameters } = readExceptions()
    const { faultOfAction: missing, faultOfParameter: without } = vocabulary({ services: {}, events: {}, parameters: {} })
    expect(Object.keys(events).filter((action) => missing(action) === undefined)).toEqual([])
    const spelled = Object.entries(parameters).flatMap(([action, { names }]) =>
      names.map((name) => [action.replace('s3:*', 's3:PutObject'), name] as const),
    )
    expect(spelled.filter(([action, name]) => without(name, [action]) === undefined)).toEqual([])
  })
})

describe('the scenarios', () => {
  // What CloudTrail writes in place of parameters that it leaves out has names of its own.
  it('play only calls that CloudTrail logs, with the parameters that they have', () => {
    const faults = played.flatMap(({ name, past, calls }) =>
      [...past, ...calls].flatMap(({ call, request }) => {
        const action = signalOf(recordOf(asCall(call), { id: name, time: Date.UTC(2026, 0, 1), n: 0 })).action
        const fault = faultOfAction(action)
        const all =
          fault === undefined
            ? ('omitted' in request ? [] : Object.keys(request)).flatMap((key) => faultOfParameter(key, [action]) ?? [])
            : [fault]
        return all.map((text) => `${name}: ${text}`)
      }),
    )
    expect(unique(faults)).toEqual([])
  })
})

describe('the labelled days of synthetic accounts', () => {
  it('have only calls that CloudTrail logs, with the parameters that they have', () => {
    const faults = daysRecords().flatMap((event) => {
      const { action } = signalOf(event)
      const fault = faultOfAction(action)
      return fault === undefined
        ? Object.keys(event.requestParameters ?? {}).flatMap((key) => faultOfParameter(key, [action]) ?? [])
        : [fault]
    })
    expect(unique(faults)).toEqual([])
  })

  it('name techniques of ATT&CK', () => {
    expect(DAY_KINDS.flatMap(({ technique }) => (technique === undefined ? [] : (faultOfTechnique(technique) ?? [])))).toEqual([])
  })
})
