import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandName } from '../../local/command-name.ts'
import { checkPolicy } from '../../local/commands/policy.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { packRules } from '../../local/rules/pack-rules.ts'
import { Action, isStronger } from '../../shared/domain/action.ts'
import { CEILINGS } from '../../shared/domain/ceilings.ts'
import { RENAMED_DETECTORS, RENAMED_KEYS } from '../../shared/domain/policy-migration.ts'
import { ReportingSource } from '../../shared/domain/report.ts'
import { ResponderError } from '../../shared/errors.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const folder = mkdtempSync(join(tmpdir(), 'policy-messages-'))
const path = join(folder, 'policy.yaml')

async function saidOf(text: string): Promise<string> {
  writeFileSync(path, text)
  return readPolicyFile(path).then(
    () => 'valid',
    (cause: unknown) => (cause instanceof ResponderError ? cause.message : `not told of: ${String(cause)}`),
  )
}

describe('the own rules that a policy names', () => {
  const rules = join(import.meta.dirname, '..', '..', 'rules')
  const named = (id: string) => writeFileSync(path, `version: 3\ndetectors: { 'rule:${id}': { enabled: false } }`)

  it('are looked for in their folder, and are said not to be where none is given', async () => {
    named('access-analyzer-deleted')
    expect(await checkPolicy(path)).toContain(
      `Warning: the policy names 1 own rule that was not checked, because no folder of rules is given: rule:access-analyzer-deleted. A wrong name changes nothing. Check it with \`${commandName()} policy check ${path} --rules FOLDER\`.`,
    )
    expect(await checkPolicy(path, { rulesFolder: rules })).toContain('1 rule of the policy, all of them in')
    named('access-analyser-deleted')
    await expect(checkPolicy(path, { rulesFolder: rules })).rejects.toThrow(
      'detectors.rule:access-analyser-deleted: no rule that is loaded has this name, so it changes nothing; did you mean rule:access-analyzer-deleted?',
    )
    writeFileSync(
      path,
      `version: 3\ndetectors: { 'rule:a': { weight: 0.5 }, 'rule:b': { weight: 0.5 }, 'rule:not-compared': { weight: 0.5 } }`,
    )
    expect(await checkPolicy(path)).toMatch(
      /^Warning: the policy names 2 own rules that were not checked, .*: rule:a, rule:b\. .* Check them with/m,
    )
    for (const detectors of ['{}', "{ 'rule:not-compared': { weight: 0.5 }, new-country: { weight: 0.5 } }"]) {
      writeFileSync(path, `version: 3\ndetectors: ${detectors}`)
      expect(await checkPolicy(path)).not.toContain('not checked')
    }
  })

  it('are told where rules are loaded: each that is not among them, and one that cannot be compared is always known', () => {
    const detectors = {
      'rule:access-analyser-deleted': {},
      'rule:access-analyzer-deleted': {},
      'rule:not-compared': {},
      'new-country': {},
    } as never
    const said: string[] = []
    packRules(rules, (line) => void said.push(line), { detectors })
    expect(said).toEqual([
      'The policy: detectors.rule:access-analyser-deleted: no rule that is loaded has this name, so it changes nothing; did you mean rule:access-analyzer-deleted?',
    ])
  })
})

describe('a policy file without faults', () => {
  it('is explained: which organisation is inside, or that none is', async () => {
    writeFileSync(path, 'version: 2\norganization: o-a1b2c3d4e5')
    expect(await checkPolicy(path)).toContain(
      'opens to organisation o-a1b2c3d4e5 counts as inside; every other organisation is an outsider.',
    )
    writeFileSync(path, 'version: 2')
    expect(await checkPolicy(path)).toContain('No organization is set')
  })

  it('is explained: how far each party is believed, with a warning where its word may do more than by default', async () => {
    for (const source of ReportingSource.options)
      for (const most of Action.options) {
        writeFileSync(path, `version: 3\nsignals: { ${source}: { most: ${most} } }\ndisclosedSecret: ${most}`)
        const said = await checkPolicy(path)
        const usual = CEILINGS[source]
        const line = `What ${source} reports brings about ${most} at most, by default ${usual.most}`
        expect(said.includes(line)).toBe(most !== usual.most)
        expect(said.includes(`Warning: ${line}: ${usual.why}.`)).toBe(isStronger(most, usual.most))
        expect(said).toContain(
          `An id and its secret seen together, which nobody tried: ${most}, and never more than the party may bring about.`,
        )
      }
  })

  it('is explained: each kind of urgent incident has places of its own in the breaker', async () => {
    writeFileSync(path, 'version: 3')
    expect(await checkPolicy(path)).toContain(
      'beyond that 5 each of those of priority 95 or more, those that AWS confirmed and those that a person ordered.',
    )
    writeFileSync(path, 'version: 3\nbreaker: { urgentPerHour: 0 }')
    expect(await checkPolicy(path)).toContain('none beyond that.')
  })

  it('is explained: its tiers with their modes, whom it protects, and which tier is never reached', async () => {
    const tiers = '[{ name: all, match: { arns: ["*"] }, mode: ask }, { name: builds, match: { tags: { team: ci } } }]'
    writeFileSync(path, `version: 2\ntiers: ${tiers}\nprotected: { arns: ["*:user/break-glass"], tags: { keep: 'yes' } }`)
    const said = await checkPolicy(path)
    expect(said).toContain(
      'Tier all (1 of 2, the first that matches applies): mode ask, for *. That is every user, every role and root of every account.',
    )
    expect(said).toContain(
      'Tier builds (2 of 2, the first that matches applies): mode observe, for tag team=ci.\nWhoever no tier matches: mode observe.',
    )
    expect(said).toContain('Never contained or restricted, because protected: *:user/break-glass, tag keep=yes.')
    expect(said).toContain('Warning: tier "builds" is never reached')
    writeFileSync(path, 'version: 2')
    expect(await checkPolicy(path)).toContain('Nobody is protected by the policy.')
  })

  it('is explained: which tokens of shared identity providers are inside, or that none are', async () => {
    const claims = 'trustedClaims: [{ provider: token.actions.githubusercontent.com, claim: sub, values: ["repo:example/*"] }]'
    writeFileSync(path, `version: 2\n${claims}`)
    expect(await checkPolicy(path)).toContain('counts as inside: sub repo:example/* of token.actions.githubusercontent.com.')
    writeFileSync(path, 'version: 2')
    expect(await checkPolicy(path)).toContain('No trustedClaims are set')
  })
})

describe('a policy file with faults', () => {
  it('names all of them at once: of the schema, of its rules, of tiers and of detectors', async () => {
    const said = await saidOf(`
version: 3
mode: contian
moode: ask
thresholds: { notify: 50, ask: 40, restrict: 70, contain: 90 }
advisor: { maxShift: 99 }
tiers: [{ name: crown, match: { arns: ['*'] } }]
fourEyes: [{ tiers: [corwn] }]
detectors: { new-contry: { weight: 0.5 } }
`)
    for (const fault of [
      'mode: must be one of observe, ask, restrict, contain, got "contian"; did you mean contain?',
      'unknown moode; did you mean mode?',
      'thresholds: must rise: notify ≤ ask ≤ contain, and notify ≤ restrict ≤ contain, got {"notify":50',
      'advisor.maxShift: must be at most 30, got 99',
      'fourEyes.0.tiers.0: must be one of the tiers default, crown, got "corwn"; did you mean crown?',
      'detectors.new-contry: no detector has this name; did you mean new-country?',
    ])
      expect(said).toContain(fault)
    expect(said.split('\n')).toHaveLength(7)
    expect(said).not.toMatch(/got .*got |received/)
  })

  it('suggests the tier where its name is the only fault', async () => {
    expect(await saidOf('version: 2\ntiers: [{ name: crown, match: { arns: ["*"] } }]\nfourEyes: [{ tiers: [corwn] }]')).toContain(
      'got "corwn"; did you mean crown?',
    )
  })

  it.each(['acme', 'o-*', 'o-short', 'o-A1B2C3D4E5', 'arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5', '*'])(
    'takes %s for no organisation, and says how its id is found',
    async (id) => {
      expect(await saidOf(`version: 2\norganization: '${id}'`)).toContain(
        'organization: must be the id of your organisation, such as o-a1b2c3d4e5: `aws organizations describe-organization` prints it, got',
      )
    },
  )

  it.each(['*', 'repo:*', 'repo:example*', 'repo:*/app', 'us-east-1:*'])(
    'takes no claim of value %s, which is of everybody',
    async (value) => {
      const entry = `{ provider: token.actions.githubusercontent.com, claim: sub, values: ['${value}'] }`
      expect(await saidOf(`version: 2\ntrustedClaims: [${entry}]`)).toContain(
        'trustedClaims.0.values.0: must say whose tokens are yours before its first *, such as repo:example/*',
      )
    },
  )

  it('says which claims of a shared provider say whose a token is, and which providers are shared', async () => {
    const entry = (provider: string, claim: string) =>
      `version: 2\ntrustedClaims: [{ provider: ${provider}, claim: ${claim}, values: [x] }]`
    expect(await saidOf(entry('token.actions.githubusercontent.com', 'aud'))).toContain(
      'trustedClaims.0.claim: must be one of the claims by which token.actions.githubusercontent.com says whose a token is: sub, repository,',
    )
    expect(await saidOf(entry('token.actions.githubusercontent.co', 'sub'))).toContain('did you mean token.actions.githubusercontent.com?')
    expect(await saidOf(entry('gitlab.com', 'sub'))).toBe('valid')
  })

  it('suggests no word that is not similar', async () => {
    expect(await saidOf('version: 2\nmode: destruction')).toMatch(/got "destruction"$/)
  })

  it('names every fault of the YAML', async () => {
    const said = await saidOf('version: 2\nmode: ask\nmode: ask\ntiers: [{ name: [ }]')
    expect(said).toContain('is not YAML')
    expect(said).toContain('Map keys must be unique')
    expect(said.match(/ at line /g)?.length).toBeGreaterThan(1)
  })

  it('says where to look where lines are indented wrongly', async () => {
    for (const text of ['version: 2\n mode: ask', 'version: 2\ntiers:\n\t- name: a', 'version: 2\ntiers:\n  - name: a\n   match: {}'])
      expect(await saidOf(text)).toMatch(
        /is not YAML:\nLook at the indentation from line \d on: keys of one level begin in the same column/,
      )
    expect(await saidOf('version: 2\nmode: ask\nmode: ask')).not.toContain('indentation')
  })

  it('suggests the key that is likely meant, at every level', async () => {
    expect(await saidOf('version: 2\nprotected: { arn: [] }')).toContain('protected: unknown arn; did you mean arns?')
    expect(await saidOf('version: 2\ntiers: [{ name: a, match: { arn: [] } }]')).toContain('tiers.0.match: unknown arn; did you mean arns?')
    expect(await saidOf('version: 2\nadvisor: { maxShft: 3 }')).toContain('advisor: unknown maxShft; did you mean maxShift?')
  })

  it('says that it is missing, empty, a folder, or without a version', async () => {
    await expect(readPolicyFile(join(folder, 'none.yaml'))).rejects.toThrow(`there is no policy file ${join(folder, 'none.yaml')}`)
    await expect(readPolicyFile(folder)).rejects.toThrow(`${folder} is a folder and no policy file`)
    for (const empty of ['', '\n', '# a comment', '---'])
      expect(await saidOf(empty)).toContain('the policy is empty; begin it with `version: 3`')
    expect(await saidOf('mode: ask')).toContain('version: missing; begin the policy with `version: 3`')
    expect(await saidOf('version: 4')).toContain('version: must be 3 (1 and 2 are read too), got 4')
    expect(await saidOf('- mode')).toMatch(/is keys with values.*; got a list$/)
    expect(await saidOf('version: 2\nmode:')).toContain('mode: must be one of observe, ask, restrict, contain, got null')
  })

  it.each(RENAMED_KEYS.map(({ path: keys, to }) => [keys.join('.'), keys, to] as const))(
    'names the new key of %s under version 2',
    (_, keys, to) => {
      const value = keys.reduceRight<unknown>((inner, key) => (key === '*' ? [inner] : { [key]: inner }), 1)
      expect(() => parsePolicy({ version: 2, ...(value as object) })).toThrow(`unknown ${keys.at(-1)}; it is called ${to} since version 2`)
    },
  )

  it.each([...RENAMED_DETECTORS])('refuses a weight under both %s and %s, and names both', async (before, now) => {
    const both = `${before} and ${now} are the same detector, which is called ${now} now; keep one of them`
    expect(await saidOf(`version: 1\nweights: { ${before}: 0.5, ${now}: 0.9 }`)).toContain(both)
    expect(await saidOf(`version: 1\nweights: { ${before}: 0.5 }`)).toBe('valid')
    expect(await saidOf(`version: 1\nweights: { ${now}: 0.5 }`)).toBe('valid')
  })

  it('is answered with a fault for whatever else it holds', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        try {
          parsePolicy(input)
        } catch (cause) {
          expect(cause).toBeInstanceOf(ResponderError)
          expect((cause as Error).message).not.toBe('')
        }
      }),
    )
  })
})
