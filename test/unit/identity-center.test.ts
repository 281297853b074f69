import { describe, expect, it } from 'vitest'
import { permissionSetNameOf, permissionSetOf, personOf, roleArnOf, roleOfPerson } from '../../shared/domain/identity-center.ts'
import type { Identity } from '../../shared/domain/signal.ts'

const ACCOUNT = '123456789012'
const PATH = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com`
const ROLE = `${PATH}/AWSReservedSSO_Admin_0123456789abcdef`
const IN_REGION = `${PATH}/eu-central-1/AWSReservedSSO_Admin_0123456789abcdef`
const role = (id: string): Identity => ({ id, kind: 'role', name: id.slice(id.lastIndexOf('/') + 1), account: ACCOUNT })
const person = (id: string): Identity => ({ id, kind: 'identity-center', name: 'anna', account: ACCOUNT })

/** Roles that look like one of Identity Center and are none: IAM lets anybody create these. */
const OTHERS = [
  `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_Admin_0123456789abcdef`,
  `arn:aws:iam::${ACCOUNT}:role/aws-reserved/AWSReservedSSO_Admin_0123456789abcdef`,
  `arn:aws:iam::${ACCOUNT}:role/x/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`,
  `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso-amazonaws-com/AWSReservedSSO_Admin_0123456789abcdef`,
  `arn:aws:iam::${ACCOUNT}:user/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`,
  `${PATH}/EU/AWSReservedSSO_Admin_0123456789abcdef`,
  `${PATH}/Admin`,
  `${PATH}/AWSReservedSSO_`,
  `x${ROLE}`,
  ROLE.replace(ACCOUNT, '12345678901'),
]

describe('a session of a role of Identity Center', () => {
  it.each([ROLE, IN_REGION, ROLE.replace('arn:aws:', 'arn:aws-cn:')])('is of the person who signed in: %s', (id) => {
    const anna = personOf(role(id), 'anna@example.com')
    expect(anna).toEqual({ id: `${id}/anna@example.com`, kind: 'identity-center', name: 'anna@example.com', account: ACCOUNT })
    expect(roleOfPerson(`${id}/anna@example.com`)).toBe(id)
    expect(permissionSetOf(anna as Identity)).toEqual(role(id))
    expect(roleArnOf(anna as Identity)).toBe(id)
  })

  it.each([
    [ROLE, 'Admin'],
    [IN_REGION, 'Admin'],
    [ROLE.replace('Admin', 'Data_Team+x'), 'Data_Team+x'],
  ])('has the permission set that the role was made from: %s', (id, name) => expect(permissionSetNameOf(id)).toBe(name))

  it.each([...OTHERS, `${ROLE}0`, `${ROLE}/anna`, `${PATH}/AWSReservedSSO_Admin`])(
    'has no permission set where the role is another: %s',
    (id) => {
      expect(permissionSetNameOf(id)).toBeUndefined()
    },
  )

  it('is of nobody without a name', () => {
    expect(personOf(role(ROLE), undefined)).toBeUndefined()
  })

  it.each(OTHERS)('is of nobody where the role is another: %s', (id) => {
    expect(personOf(role(id), 'anna')).toBeUndefined()
    expect(roleOfPerson(`${id}/anna`)).toBeUndefined()
    expect(permissionSetOf(person(`${id}/anna`))).toBeUndefined()
    expect(roleArnOf(person(`${id}/anna`))).toBeUndefined()
  })

  it.each([ROLE, `${ROLE}/`, ''])('says no role by the id %j, which names nobody', (id) => {
    expect(roleOfPerson(id)).toBeUndefined()
  })
})

describe('any other identity', () => {
  it('has no permission set, and its role is itself where it is one', () => {
    const user: Identity = { id: `${ROLE}/anna`, kind: 'iam-user', name: 'anna', account: ACCOUNT }
    expect(permissionSetOf(role(`${ROLE}/anna`))).toBeUndefined()
    expect(permissionSetOf(user)).toBeUndefined()
    expect(roleArnOf(user)).toBeUndefined()
    expect(roleArnOf(role(`arn:aws:iam::${ACCOUNT}:role/deploy`))).toBe(`arn:aws:iam::${ACCOUNT}:role/deploy`)
  })
})
