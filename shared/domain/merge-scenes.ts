import type { Finding } from './finding.ts'
import type { Scene } from './scene.ts'

/** The most scenes of one finding. */
const SCENE_LIMIT = 4

/**
 * A finding with the scenes of another of the same detector and credential, whose place it takes. It has none where either has none, and where there
 * would be too many: what cannot be said is not recognised. The same object where nothing changes.
 */
export function withScenes(finding: Finding, { scenes: more }: Finding): Finding {
  const { scenes } = finding
  if (scenes === undefined || scenes === more) return finding
  const added = more?.filter((scene) => !scenes.some((known) => isSameScene(known, scene)))
  if (added?.length === 0) return finding
  const { scenes: _, ...rest } = finding
  if (added === undefined || scenes.length + added.length > SCENE_LIMIT) return rest
  return { ...rest, scenes: [...scenes, ...added].sort(byText) }
}

/** The most scenes that the evidence of one identity has. Eight take about 500 bytes of its 16 KB. */
const SCENES_LIMIT = 8

/** Evidence, strongest first, with no more different scenes than an identity keeps: the weakest findings lose theirs. */
export function withinSceneLimit(evidence: readonly Finding[]): readonly Finding[] {
  const kept: Scene[] = []
  return evidence.map((finding) => {
    const { scenes, ...rest } = finding
    const added = scenes?.filter((scene) => !kept.some((known) => isSameScene(known, scene))) ?? []
    if (kept.length + added.length > SCENES_LIMIT) return rest
    kept.push(...added)
    return finding
  })
}

function isSameScene(a: Scene, b: Scene): boolean {
  return a.place === b.place && a.tool === b.tool && a.object === b.object
}

function byText(a: Scene, b: Scene): number {
  const [one, other] = [a, b].map(({ place, tool, object = '' }) => `${place}\n${tool}\n${object}`) as [string, string]
  return one < other ? -1 : Number(one > other)
}
