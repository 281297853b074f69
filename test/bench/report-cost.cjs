// Loaded first into a process of Node: as it ends, it writes to file descriptor 3 what the process cost. Its worker threads load this too, and are part of it.
if (require('node:worker_threads').isMainThread)
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    require('node:fs').writeSync(3, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 }))
  })
