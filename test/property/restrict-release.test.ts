import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { restrictionIn } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, deniesMore, isContainment, isRestriction, revocation } from '../../shared/contain/steps/quarantine.ts'
import { Restriction, withoutHabit } from '../../shared/domain/restriction.ts'
import { review } from '../../shared/review/review.ts'
import { ATTACK, arnOf, exposed, KEY, NOW } from '../embedded.ts'
import { assumes, roleNamed } from '../looked-up.ts'
import { documentOf, restrictedWorld, reviewer } from '../restricted.ts'

/** Inline policies of any number and size, up to the edge of the quota. */
const policies = fc
  .array(fc.nat({ max: 900 }), { maxLength: 3 })
  .map((sizes) =>
    sizes.map((size, at) => ({ PolicyName: `p${at}`, PolicyDocument: { Version: '2012-10-17', Statement: [], Id: 'x'.repeat(size) } })),
  )

const accounts = fc.record({ own: policies, work: policies, attached: fc.constantFrom(0, 1, 9, 10) }).map(({ own, work, attached }) => ({
  UserDetailList: [
    {
      UserName: 'ci-build',
      Arn: arnOf('ci-build'),
      UserPolicyList: own,
      AttachedManagedPolicies: Array.from({ length: attached }, (_, at) => ({
        PolicyName: `a${at}`,
        PolicyArn: `arn:aws:iam::aws:policy/a${at}`,
      })),
    },
  ],
  RoleDetailList: [{ ...roleNamed('deploy'), RolePolicyList: work }],
  AccessKeys: [{ UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' }],
}))

/** Room for the whole of every restriction here. */
const ROOM = 10_240

/** What happens between a restriction and its release: nothing, an order, evidence that contains, more sessions. */
const stories = fc.array(fc.constantFrom('order', 'evidence', 'session', 'verify'), { maxLength: 3 })

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,8}$/), { maxLength: 4 })
const restrictions: fc.Arbitrary<Restriction> = fc
  .record({ services: names, sessions: names, isCovered: fc.boolean(), isFenced: fc.boolean() })
  .map((parts) => Restriction.parse({ ...parts, actions: [], addresses: ['192.0.2.0/24'], endpoints: [] }))

describe('a restriction', () => {
  it('is undone exactly, whatever stood there and whatever came in between: release gives the prior account', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, stories, async (account, story) => {
        const took = (at: number) =>
          assumes('deploy', { id: `s${at}`, time: NOW + 3000 + at, session: `ASIATOOK0000000000${at}`, name: `mine-${at}` })
        const world = await restrictedWorld({ account, events: [...ATTACK, took(0)] })
        for (const [at, step] of story.entries()) {
          const [incident] = await world.incidents()
          const { id = '', state } = incident ?? {}
          if (step === 'order' && (state === 'restricted' || state === 'asking'))
            await review(id, { kind: 'contain', ...reviewer }, world.ports)
          if (step === 'evidence') await world.respond([exposed(KEY, `e${at}`)])
          if (step === 'session') await world.respond([took(at + 1)])
          if (step === 'verify') await world.ports.containInvoker.contain(id)
        }
        for (const { id, state } of await world.incidents())
          if (state !== 'released') await review(id, { kind: 'legitimate', ...reviewer }, world.ports)
        expect((await world.incidents()).map(({ state }) => state)).toEqual(['released'])
        expect(world.account.authorizationDetails()).toEqual(world.before)
      }),
      { numRuns: 200 },
    )
  })

  it('is known for ours word for word, and by nothing else', () => {
    fc.assert(
      fc.property(restrictions, fc.string(), (restriction, more) => {
        const document = documentOf(restriction)
        expect(documentOf(restrictionIn(document), document.length + DENY_ALL.length)).toBe(document)
        expect([isRestriction(document), isContainment(document)]).toEqual([true, false])
        const parsed = JSON.parse(document)
        expect(isRestriction(JSON.stringify({ ...parsed, Id: more }))).toBe(false)
        const [first] = parsed.Statement
        expect(isRestriction(JSON.stringify({ ...parsed, Statement: [...parsed.Statement, first] }))).toBe(false)
        expect(isRestriction(JSON.stringify({ ...parsed, Statement: parsed.Statement.with(0, { ...first, Effect: 'Allow' }) }))).toBe(false)
        expect(isRestriction(JSON.stringify({ ...parsed, Statement: [] }))).toBe(false)
        expect(isRestriction(more)).toBe(false)
      }),
    )
  })

  it('is less than every containment, and not less than itself or the fixed list alone', () => {
    fc.assert(
      fc.property(restrictions, names, (restriction, sessions) => {
        const document = documentOf(restriction, ROOM)
        for (const containment of [
          DENY_ALL,
          revocation({ issuedBefore: NOW, names: [] }),
          revocation({ issuedBefore: NOW, names: sessions }),
        ]) {
          expect(deniesMore(containment, document)).toBe(true)
          expect(deniesMore(document, containment)).toBe(false)
        }
        expect(deniesMore(document, document)).toBe(false)
        expect(deniesMore(documentOf(withoutHabit(restriction), ROOM), document)).toBe(false)
      }),
    )
  })
})
