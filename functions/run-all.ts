/** Runs tasks at the same time and returns their results by name. Where some fail, the others are finished first; then the first failure is thrown. */
export async function runAll<T extends Record<string, () => Promise<unknown>>>(
  tasks: T,
): Promise<{ [name in keyof T]: Awaited<ReturnType<T[name]>> }> {
  const results = await Promise.allSettled(Object.values(tasks).map((task) => task()))
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  const values = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined))
  return Object.fromEntries(Object.keys(tasks).map((name, at) => [name, values[at]])) as { [name in keyof T]: Awaited<ReturnType<T[name]>> }
}
