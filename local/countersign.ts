#!/usr/bin/env node
import { complaintAbout } from './node-version.ts'

// An old Node has to get as far as the complaint: whatever it might not understand is loaded after it.
const complaint = complaintAbout(process.version)
if (complaint === undefined) import('./main.ts').then(({ main }) => main())
else {
  process.stderr.write(`${complaint}\n`)
  process.exitCode = 2
}
