import { parseExactJson } from './exact-json.ts'
import { isJsonObject, toJsonValue, type JsonObject, type JsonValue } from './json-value.ts'

const MAX_CHARS = 1 << 20
/** What the Hub tells of a config.json in a model's info. */
const TOLD = ['architectures', 'model_type', 'auto_map', 'quantization_config', 'task_specific_params', 'tokenizer_config', 'library_name'] as const

/** Reads a config.json as Python writes it (NaN, Infinity, a BOM); undefined when it is no object or cut off. */
export function parseModelConfig(text: string): JsonObject | undefined {
  if (text.length > MAX_CHARS) return undefined
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const value = parseOrUndefined(bare) ?? parseOrUndefined(replaceNonFinite(bare))
  return isJsonObject(value) ? (toJsonValue(value) as JsonObject) : undefined
}

/** The part of it that info answers carry. */
export function summariseModelConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(TOLD.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]] as const])))
}

function parseOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseExactJson(text)
  } catch {
    return undefined
  }
}

/** NaN, Infinity and -Infinity outside strings become null. */
function replaceNonFinite(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs, (found) => (found.startsWith('"') ? found : 'null'))
}
