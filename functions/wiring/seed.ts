import { readEnvironment, SeedConfig } from '../../shared/config.ts'
import { common } from './common.ts'

export const ports = common(readEnvironment(SeedConfig, process.env))
