import { describe, expect, it } from 'vitest'
import { confirmIncident } from '../../local/commands/incidents.ts'
import { afterConfirm } from '../../local/render/after-confirm.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Change } from '../../shared/domain/change.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'
import { arnOf, call, KEY, NOW } from '../embedded.ts'

const MINUTE = 60_000
const ADMIN = { user: 'bystander', key: 'AKIABYSTANDER0000001' }

/** The contained user `ci-build`, confirmed, and what the command printed. */
async function confirmed() {
  const world = await consoleWorld()
  const { target, incident, ports } = world
  const out = await confirmIncident(target, incident.id, { reason: 'stolen', isJson: false })
  world.setNow(NOW + MINUTE)
  const kinds = async () => (await ports.record.list(incidentSubject(incident.id))).map(({ kind, target: of }) => `${kind} ${of}`)
  return { ...world, out, kinds, policyName: quarantinePolicyName(incident.id) }
}

describe('after the verdict compromised', () => {
  it('says what a person does next, as commands with the names of the record', async () => {
    const { out, incident } = await confirmed()
    expect(out).toContain(`Confirmed ${incident.id}: what was contained stays contained.`)
    expect(out).toContain('ci-build stays denied everything, new keys of it included, and no command lifts that')
    for (const command of [
      'aws iam list-attached-user-policies --user-name ci-build',
      'aws iam list-user-policies --user-name ci-build',
      'aws iam list-groups-for-user --user-name ci-build',
      `aws iam delete-access-key --user-name ci-build --access-key-id ${KEY}`,
    ])
      expect(out.split('\n')).toContain(`  ${command}`)
  })

  it('sets a deny again that somebody takes away by hand, as the message says', async () => {
    const { account, respond, kinds, policyName } = await confirmed()
    await account.deleteUserPolicy('ci-build', policyName)
    const request = { userName: 'ci-build', policyName }
    await respond([call('iam:DeleteUserPolicy', { id: 'd1', time: NOW + MINUTE, request, ...ADMIN })])
    expect(await account.getUserPolicy('ci-build', policyName)).toContain('Deny')
    expect(await kinds()).toContain(`step-reversed user-policy:ci-build/${policyName}`)
  })

  it('takes the deletion of the key, which the message names, for no reversal', async () => {
    const { account, respond, kinds, ports } = await confirmed()
    const before = await kinds()
    await account.deleteAccessKey('ci-build', KEY)
    const request = { userName: 'ci-build', accessKeyId: KEY }
    await respond([call('iam:DeleteAccessKey', { id: 'd2', time: NOW + MINUTE, request, ...ADMIN })])
    expect((await kinds()).filter((kind) => kind.startsWith('step-reversed'))).toEqual([])
    expect(before.length).toBeGreaterThan(3)
    const state = (await ports.identities.load([arnOf('bystander')])).get(arnOf('bystander'))?.state
    expect(state?.value.baseline.calls).toBe(1)
    for await (const { identity } of ports.incidents.listAll()) expect(identity.name).not.toBe('bystander')
  })

  it('names every kind of credential that was switched off, in the form of its command', () => {
    const step = (target: string) => ({ kind: 'step-done', target, from: 'Active', to: 'Inactive', at: new Date(NOW).toISOString() })
    const changes = [
      'service-specific-credential:ci-build/ACCAEXAMPLE000000001',
      'ssh-public-key:ci-build/APKAEXAMPLE000000001',
      'signing-certificate:ci-build/CERTEXAMPLE000000001',
      'access-key:other-user/AKIAEXAMPLE000000001',
      'role-policy:deploy/CountersignRevoke-inc-0123456789ab',
    ].flatMap((target) => [{ ...step(target), kind: 'step-planned' }, step(target)]) as unknown as Change[]
    expect(afterConfirm(incidentOf('inc-0123456789ab', {}), changes)).toEqual([
      'Create new keys for the workloads that need them, then delete the old ones.',
      'Then delete the credentials that were switched off:',
      '  aws iam delete-service-specific-credential --user-name ci-build --service-specific-credential-id ACCAEXAMPLE000000001',
      '  aws iam delete-ssh-public-key --user-name ci-build --ssh-public-key-id APKAEXAMPLE000000001',
      '  aws iam delete-signing-certificate --user-name ci-build --certificate-id CERTEXAMPLE000000001',
      '  aws iam delete-access-key --user-name other-user --access-key-id AKIAEXAMPLE000000001',
    ])
  })
})
