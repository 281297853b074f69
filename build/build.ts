import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BUILT_COUNTRIES, BUILT_NETWORKS, geoDatabases } from '../local/geo-databases.ts'
import { bundle } from './bundle.ts'
import { packageFolder, thirdPartyNotices } from './third-party.ts'

/** `npm run build`: the command line as JavaScript in `dist/`, with its data. `npm pack` runs it first. */
const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')

/** Files that the code reads beside itself. */
const PAGE_FILES = ['local/page/style.css', 'local/console/pulse.js']

const LEGAL = '.LEGAL.txt'

const { outputFiles, metafile } = await bundle()
const databases = await geoDatabases()
rmSync(DIST, { recursive: true, force: true })
mkdirSync(DIST)
for (const { path, contents } of outputFiles) if (!path.endsWith(LEGAL)) writeFileSync(path, contents)
chmodSync(join(DIST, 'countersign.js'), 0o755)
for (const file of PAGE_FILES) copyFileSync(join(ROOT, file), join(DIST, file.replace(/^.*\//, '')))
copyFileSync(databases.countries, join(DIST, BUILT_COUNTRIES))
copyFileSync(databases.networks, join(DIST, BUILT_NETWORKS))

const bundled = Object.keys(metafile.inputs).map((file) => packageFolder(join(ROOT, file)))
const data = [dirname(databases.countries), join(ROOT, 'node_modules', '@ip-location-db', 'asn')]
const folders = [...bundled, ...data].filter((folder) => folder !== undefined)
const comments = outputFiles.filter(({ path }) => path.endsWith(LEGAL)).map(({ text }) => text.trim())
writeFileSync(join(DIST, 'THIRD-PARTY.txt'), thirdPartyNotices(folders, comments))
