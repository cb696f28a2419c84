import { createHash } from 'node:crypto'
import {
  citationOf, deriveRepoFacts, describeBody, FACTS_VERSION, parseModelConfig, summariseModelConfig, summariseTokenizerConfig, toStrings, type Card, type JsonObject,
} from '@hearth/formats'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { TreeReader } from '../git-store-port.ts'
import { SPACE_SDKS, type RepoType, type SpaceSdk } from '../repo.ts'
import type { DerivedFacts, WeightSelection } from './facts.ts'
import type { RepoTexts, TextSource } from './repo-texts.ts'
import { surveyTree, type TreeSurvey } from './survey-tree.ts'

/** Reads of one repo, by the pool or inside a transaction. */
export interface FactsSource extends TextSource {
  readonly git: TextSource['git'] & TreeReader
}

export interface FactsSubject {
  readonly repoId: ObjectId
  readonly type: RepoType
  readonly treeOid: GitOid
}

/** A config or card larger than this as JSON is not told. */
const MAX_JSON_CHARS = 1 << 20

/** What a tree says; undefined when that is what `knownKey` stands for, which costs the names only. */
export async function deriveFacts(texts: RepoTexts, source: FactsSource, subject: FactsSubject, knownKey: string | null): Promise<DerivedFacts | undefined> {
  const survey = await surveyTree(source.git, subject.repoId, subject.treeOid)
  const weightsKey = survey.weights === undefined || subject.type !== 'model' ? undefined : digest(survey.weights)
  const key = digest([FACTS_VERSION, subject.type, survey.card?.oid, survey.config?.oid, survey.tokenizerConfig?.oid, survey.files, weightsKey])
  if (key === knownKey) return undefined
  return { ...(await readFacts(texts, source, subject, survey)), key, weightsKey }
}

async function readFacts(texts: RepoTexts, source: FactsSource, { repoId, type }: FactsSubject, survey: TreeSurvey): Promise<Omit<DerivedFacts, 'key' | 'weightsKey'>> {
  const card = await texts.readCard(source, repoId, survey.card)
  const data = card?.kind === 'read' ? card.data : undefined
  const config = type === 'model' ? parsed(await texts.readText(source, repoId, survey.config)) : undefined
  const tokenizerConfig = type === 'model' && config !== undefined ? parsed(await texts.readText(source, repoId, survey.tokenizerConfig)) : undefined
  const facts = deriveRepoFacts({ kind: `${type}s`, card: data ?? {}, config, tokenizerConfig, files: survey.files })
  return {
    tags: facts.tags, pipelineTag: facts.pipelineTag, libraryName: facts.libraryName, links: facts.links,
    spaceSdk: type === 'space' ? sdkOf(data) : undefined,
    cardJson: toJson(data), configJson: toJson(configToTell(config, tokenizerConfig)), maskToken: facts.maskToken, transformersJson: toJson(facts.transformersInfo),
    ...(type === 'dataset' ? bodyFacts(card) : { description: undefined, citation: undefined }), hasAppFile: survey.files.hasAppFile,
  }
}

function parsed(text: string | undefined): JsonObject | undefined {
  return text === undefined ? undefined : parseModelConfig(text)
}

function configToTell(config: JsonObject | undefined, tokenizerConfig: JsonObject | undefined): JsonObject | undefined {
  if (config === undefined) return undefined
  const tokens = tokenizerConfig === undefined ? undefined : summariseTokenizerConfig(tokenizerConfig)
  return { ...summariseModelConfig(config), ...(tokens === undefined ? {} : { tokenizer_config: tokens }) }
}

function bodyFacts(card: Card | undefined): { readonly description: string | undefined; readonly citation: string | undefined } {
  const body = (card?.body ?? '').replaceAll('\0', '')
  return { description: describeBody(body), citation: citationOf(body) }
}

function sdkOf(card: JsonObject | undefined): SpaceSdk | undefined {
  const [named] = toStrings(card?.['sdk'])
  return SPACE_SDKS.find((sdk) => sdk === named)
}

function toJson(value: object | undefined): string | undefined {
  const text = value === undefined ? undefined : JSON.stringify(value)
  return text === undefined || text.length > MAX_JSON_CHARS ? undefined : text
}

function digest(value: readonly unknown[] | WeightSelection): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
