import type { Call } from './call.ts'
import type { HttpDeps } from './deps.ts'

export interface RepoCounts {
  readonly numModels: number
  readonly numDatasets: number
  readonly numSpaces: number
}

/** How many repos of a namespace the caller may see, as overviews show it. */
export async function countRepos({ repos }: Pick<HttpDeps, 'repos'>, namespace: string, call: Call): Promise<RepoCounts> {
  const { models, datasets, spaces } = await repos.countRepos({ namespace }, call.rpc)
  return { numModels: Number(models), numDatasets: Number(datasets), numSpaces: Number(spaces) }
}
