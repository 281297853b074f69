import { describe, expect, it } from 'vitest'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, call, embedded, NOW } from '../embedded.ts'

const ROLE = 'Countersign-ContainResponderRole5B5A2D6F-AbC1'
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/${ROLE}`
const sessionOf = (functionName: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE}/${functionName}`
const OWN = { sessions: new Set([sessionOf('Countersign-contain')]), stackName: 'Countersign', names: new Set<string>() }

/** A record of a call that a session of a role made. */
function bySession(
  action: string,
  { arn, role = ROLE, request = {}, id = 's1' }: { arn: string; role?: string; request?: object; id?: string },
) {
  const issuer = { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${role}`, userName: role }
  const userIdentity = {
    type: 'AssumedRole',
    arn,
    accountId: ACCOUNT,
    accessKeyId: 'ASIASESSIONOFAROLE01',
    sessionContext: { sessionIssuer: issuer },
  }
  return { ...call(action, { id, time: NOW, request, from: '198.51.100.7' }), userIdentity }
}

async function seen(...records: object[]) {
  const { ports } = await embedded()
  const { ignored, outcomes, signals } = await pipeline({ ...ports, log: silentLog }, OWN)(records)
  const found = outcomes.flatMap(({ assessment }) => assessment.contributions.map(({ finding }) => finding.detector))
  return { ignored, findings: [...new Set(found)], isAgainstResponder: signals.some((signal) => signal.isAgainstResponder) }
}

describe('an intruder who may pass roles wants the rights of contain for a function of their own', () => {
  const GRANT = { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }

  it('what contain does by itself opens no incident', async () => {
    expect(await seen(bySession('iam:AttachUserPolicy', { arn: sessionOf('Countersign-contain'), request: GRANT }))).toMatchObject({
      ignored: 1,
      findings: [],
    })
  })

  it('what their function does with the same role is evaluated like a call of anybody', async () => {
    const { ignored, findings } = await seen(bySession('iam:AttachUserPolicy', { arn: sessionOf('helper'), request: GRANT }))
    expect(ignored).toBe(0)
    expect(findings).toContain('admin-policy-granted')
  })

  const ADMIN = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/mallory`, role: 'Admin' }

  it.each([
    ['lambda:CreateFunction', 'role'],
    ['lambda:UpdateFunctionConfiguration', 'role'],
    ['ecs:RegisterTaskDefinition', 'taskRoleArn'],
    ['glue:CreateJob', 'role'],
    ['sagemaker:CreateNotebookInstance', 'roleArn'],
    ['iam:AddRoleToInstanceProfile', 'roleName'],
  ])('%s with a role of ours is tampering, and with another role it is not', async (action, parameter) => {
    const withRole = (role: string) => seen(bySession(action, { ...ADMIN, request: { name: 'helper', [parameter]: role } }))
    const ours = parameter === 'roleName' ? ROLE : ROLE_ARN
    expect((await withRole(ours)).findings).toContain('responder-tampered')
    expect(await withRole(ours.replace('Countersign-', 'Web-'))).toMatchObject({ isAgainstResponder: false })
  })

  it('a request that is padded with 150 other values hides the role no better', async () => {
    const padding = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`tag${at}`, 'x']))
    const { findings } = await seen(bySession('lambda:CreateFunction', { ...ADMIN, request: { ...padding, role: ROLE_ARN } }))
    expect(findings).toContain('responder-tampered')
  })
})
