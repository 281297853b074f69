import { join } from 'node:path'
import { type BuildOptions, type BuildResult, build } from 'esbuild'
import { groupedImports } from './grouped-imports.ts'

const ROOT = join(import.meta.dirname, '..')

/** Some dependencies are CommonJS inside the ESM bundle and ask for `require`. */
const REQUIRE_BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"

const OPTIONS = {
  absWorkingDir: ROOT,
  entryPoints: { countersign: 'local/countersign.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  mainFields: ['module', 'main'],
  // The embedded table keeps its files by a native addon that finds its binary beside itself, so it stays a package.
  external: ['dynalite'],
  // Names stay, so that a stack trace in a report can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  metafile: true,
  write: false,
} as const satisfies BuildOptions

/** The thread that reads for a replay is one file: it needs nearly all of its code at once, and would have the rest split into many more files. */
const THREAD_OPTIONS = {
  ...OPTIONS,
  entryPoints: { 'read-thread': 'local/reader/read-thread.ts' },
  splitting: false,
} as const satisfies BuildOptions

type Built = BuildResult<{ metafile: true; write: false }>
export type Bundle = Pick<Built, 'metafile' | 'outputFiles'>

/** The command line as files of `dist/`, in memory. Code that only some commands need is in files that only they load. */
export async function bundle(): Promise<Bundle> {
  const { metafile } = await build(OPTIONS)
  const banner = { js: REQUIRE_BANNER }
  const [program, thread] = await Promise.all([
    build({ ...OPTIONS, banner, plugins: [groupedImports(metafile, groupOf)] }),
    build({ ...THREAD_OPTIONS, banner }),
  ])
  return {
    outputFiles: [...program.outputFiles, ...thread.outputFiles],
    metafile: {
      inputs: { ...program.metafile.inputs, ...thread.metafile.inputs },
      outputs: { ...program.metafile.outputs, ...thread.metafile.outputs },
    },
  }
}

/**
 * Files that are loaded together, by what they need. Each alone would be a hundred files, of which a command loads twenty. All others need
 * nothing but the schemas, the policy and the stages.
 */
const GROUPS: readonly (readonly [name: string, files: RegExp])[] = [
  ['charts', /^node_modules\/echarts\//],
  // Credentials that are looked for only where the environment names none, and the like; and formats of files that few inputs have.
  ['on-demand', /^(node_modules\/|local\/read\/read-(parquet|tar|zip)\.ts$)/],
  // A deployed stack, and what only `doctor` needs.
  [
    'stack',
    /^(local\/(open-stack|open-rules|open-health|open-doctor|open-drill|bedrock-model|commands\/doctor)|shared\/(config|detect\/delivery-rules))\.ts$/,
  ],
  ['embedded', /^local\/(embedded|replay-in-folder|commands\/start)\.ts$/],
  // Hono, and ECharts with the first drawing.
  ['pages', /^local\/(page\/[\w-]+|(replay|evaluate)\/([\w-]+-)?page|console\/serve|commands\/(report|console|evaluate))\.ts$/],
  ['replay', /^local\/(replay-in-memory|commands\/(replay|ingest))\.ts$/],
  ['main', /^local\/main\.ts$/],
  ['commands', /^(local|shared)\//],
]

function groupOf(file: string): string {
  const found = GROUPS.find(([, files]) => files.test(file))
  if (found === undefined) throw new Error(`${file} is imported dynamically, and no group takes it`)
  return found[0]
}
