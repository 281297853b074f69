import { LearnConfig, readEnvironment } from '../../shared/environment.ts'
import { common } from './common.ts'

export const ports = common(readEnvironment(LearnConfig, process.env))
