import { describe, expect, it } from 'vitest'
import { runAll } from '../../functions/run-all.ts'

describe('tasks that are run together', () => {
  it('answer by their names', async () => {
    expect(await runAll({ open: async () => 3, trails: async () => 'whole' })).toEqual({ open: 3, trails: 'whole' })
  })

  it('are all finished where one fails, and then the failure is thrown', async () => {
    const done: string[] = []
    const late = async () => {
      await new Promise<void>((resolve) => setImmediate(resolve))
      done.push('late')
    }
    await expect(runAll({ first: () => Promise.reject(new Error('down')), late })).rejects.toThrow('down')
    expect(done).toEqual(['late'])
  })
})
