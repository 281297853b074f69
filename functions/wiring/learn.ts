import { LearnConfig, readEnvironment } from '../../shared/config.ts'
import { common } from './common.ts'

export const ports = common(readEnvironment(LearnConfig, process.env))
