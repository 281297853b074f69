import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { pythonEnvironment } from '../python-environment.ts'

/** A shape of a service model of AWS, as botocore ships it. */
export interface Shape {
  readonly type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'long' | 'double' | 'float' | 'boolean' | 'timestamp' | 'blob'
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly locationName?: string }>>
  readonly member?: { readonly shape: string }
  readonly value?: { readonly shape: string }
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
}
export type Shapes = Readonly<Record<string, Shape>>

/** The shapes of some services, of the botocore that `signals-requirements.txt` pins. Needs `python3` with venv, and PyPI. */
export function serviceModels<T extends string>(services: readonly T[]): Record<T, Shapes> {
  const commands = pythonEnvironment(
    join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'countersign', 'botocore'),
    join(import.meta.dirname, 'signals-requirements.txt'),
  )
  const lib = join(commands, '..', 'lib')
  const [python = ''] = readdirSync(lib).filter((name) => name.startsWith('python3'))
  const data = join(lib, python, 'site-packages', 'botocore', 'data')
  const read = (service: string): Shapes => {
    const version = readdirSync(join(data, service)).sort().at(-1) as string
    return JSON.parse(gunzipSync(readFileSync(join(data, service, version, 'service-2.json.gz'))).toString('utf8')).shapes
  }
  return Object.fromEntries(services.map((service) => [service, read(service)])) as Record<T, Shapes>
}
