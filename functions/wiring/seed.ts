import { readEnvironment, SeedConfig } from '../../shared/environment.ts'
import { common } from './common.ts'

export const ports = common(readEnvironment(SeedConfig, process.env))
