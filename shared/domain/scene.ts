import * as z from 'zod'

/** The longest text of a scene. What is longer is shortened to its beginning and a hash of all of it. */
export const SCENE_TEXT = 32

export const SceneText = z.string().min(1).max(SCENE_TEXT)

/**
 * Where, with what and on what the call of a finding was made. `place`: network and country, such as `AS64496 DE`; `tool`: the family of the user agent;
 * `object`: the prefix or the name of what the call changes or takes, where the finding is about that.
 */
export const Scene = z.strictObject({ place: SceneText, tool: SceneText, object: SceneText.exactOptional() }).readonly()
export type Scene = z.infer<typeof Scene>
