import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { App, type Stack, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { inject } from 'vitest'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import type { RulesFile } from '../../infra/rules-file.ts'
import { readStackConfig } from '../../shared/config.ts'
import type { Policy } from '../../shared/domain/policy.ts'

/** Stands for the databases, which lie beside a bundle and in no template. */
const geoFile = join(import.meta.dirname, '..', '..', 'package.json')

interface Synthesised {
  readonly settings: object
  readonly policy: Policy
  /** `us-east-1` unless another one is asked for. */
  readonly region?: string
  /** Rules of people; none unless there are some. */
  readonly rules?: RulesFile
  /** Adds to the stack what does not belong there. */
  readonly spoil?: (stack: Stack) => void
}

/**
 * The template of a stack with these settings, which is passed by cdk-nag; throws where it is not. No function is bundled: a bundle
 * takes a second, its hash is all that a template has of it, and `bundles` in `test/fixtures` is the stack with all of them.
 */
export function templateOf({ settings, policy, region = 'us-east-1', rules, spoil }: Synthesised): Template {
  const app = new App({ outdir: mkdtempSync(join(inject('scratch'), 'cdk-')), context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new CountersignStack(app, 'Countersign', {
    config: readStackConfig(settings),
    policy,
    rules,
    geoIp: { countries: geoFile, networks: geoFile },
    env: { account: '123456789012', region },
  })
  spoil?.(stack)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return Template.fromStack(stack)
}
