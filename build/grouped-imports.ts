import { readFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import type { Metafile, Plugin } from 'esbuild'

const NAMESPACE = 'group'

/**
 * Has files that are imported dynamically loaded a group at a time: esbuild makes an entry point of each, and a file of the output for
 * each set of entry points that share code. `metafile` is of the same build without this; `groupOf` names the group of a file.
 */
export function groupedImports({ inputs }: Metafile, groupOf: (file: string) => string): Plugin {
  const members = new Map<string, string[]>()
  for (const { imports } of Object.values(inputs))
    for (const { kind, path, external } of imports) {
      if (!isLoadedLater({ kind, external })) continue
      const group = members.get(groupOf(path)) ?? []
      if (!group.includes(path)) group.push(path)
      members.set(groupOf(path), group)
    }
  return {
    name: 'grouped-imports',
    setup(build) {
      const root = build.initialOptions.absWorkingDir ?? process.cwd()
      build.onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice('group:'.length), namespace: NAMESPACE }))
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => {
        const files = (members.get(path) ?? []).toSorted()
        return { contents: files.map((file, at) => `export * as m${at} from './${file}'`).join('\n'), resolveDir: root, loader: 'js' }
      })
      build.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
        const own = inputs[path.slice(root.length + 1)]
        const dynamic = own?.imports.filter(isLoadedLater) ?? []
        if (dynamic.length === 0) return undefined
        let contents = await readFile(path, 'utf8')
        for (const [original, file] of new Map(dynamic.map(({ original, path }) => [original, path]))) {
          const at = (members.get(groupOf(file)) ?? []).toSorted().indexOf(file)
          const pattern = new RegExp(`\\bimport\\(\\s*(['"])${(original ?? '').replace(/[^\w/@-]/g, '\\$&')}\\1\\s*\\)`, 'g')
          if (!pattern.test(contents)) throw new Error(`${path}: no import of ${original} was found in the text`)
          contents = contents.replace(pattern, `import(${JSON.stringify(`group:${groupOf(file)}`)}).then((group) => group.m${at})`)
        }
        return { contents, resolveDir: dirname(path), loader: extname(path).endsWith('ts') ? 'ts' : 'js' }
      })
    },
  }
}

function isLoadedLater({ kind, external }: { kind: string; external?: boolean | undefined }): boolean {
  return kind.startsWith('dynamic') && external !== true
}
