import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fixture } from '../fixtures/fixture.ts'

export type Handler = (event: unknown, context: object) => Promise<unknown>

/** The handler of a function as it is deployed: from its bundle, found by the name of its construct. The environment has to be set before. */
export async function bundledHandler(construct: string): Promise<Handler> {
  return (await import(/* @vite-ignore */ pathToFileURL(await bundleOf(construct)).href)).handler
}

/** The file of a function as it is deployed. */
export async function bundleOf(construct: string): Promise<string> {
  const { folder } = await fixture('bundles')
  const { Resources } = JSON.parse(readFileSync(join(folder, 'Countersign.template.json'), 'utf8'))
  const id = Object.keys(Resources).find(
    (key) => key.startsWith(`${construct}Responder`) && Resources[key].Type === 'AWS::Lambda::Function',
  )
  return join(folder, `asset.${Resources[id ?? ''].Properties.Code.S3Key.replace('.zip', '')}`, 'index.js')
}
