import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Hub } from '../e2e/harness/hub.ts'

/** What names and tags of the rows are drawn from; the first ones are the most common. */
const FAMILIES = ['bert', 'llama', 'qwen', 'mistral', 'gpt2', 'whisper', 'roberta', 'flux', 't5', 'phi', 'gemma', 'vit', 'deberta', 'zephyr', 'falcon', 'mpnet']
const TASKS = ['text-generation', 'text-classification', 'fill-mask', 'image-classification', 'automatic-speech-recognition', 'token-classification', 'question-answering', 'sentence-similarity', 'translation', 'object-detection']
const LIBRARIES = ['transformers', 'peft', 'diffusers', 'sentence-transformers', 'gguf', 'mlx']
const LANGUAGES = ['en', 'zh', 'fr', 'de', 'es', 'no', 'ja', 'sw']
const LICENSES = ['apache-2.0', 'mit', 'llama3', 'cc-by-4.0', 'openrail']

/** Rows with the width and the skew of a real hub: some twenty tags each, a few namespaces with thousands of repos, most with one. */
const LOAD_SQL = `
with drawn as (
  select n, power(random(), 2) as a, power(random(), 2) as b, power(random(), 3) as c, power(random(), 2) as d, random() as e from generate_series(1, $1::int) n
), named as (
  select n, a, b, c, d, e,
    ($2::text[])[1 + floor(a * cardinality($2::text[]))::int] as family, ($3::text[])[1 + floor(b * cardinality($3::text[]))::int] as task,
    ($4::text[])[1 + floor(c * cardinality($4::text[]))::int] as library, ($5::text[])[1 + floor(d * cardinality($5::text[]))::int] as language,
    ($6::text[])[1 + floor(c * cardinality($6::text[]))::int] as license, 'org' || floor(power(random(), 4) * 20000)::int as namespace
  from drawn
), made as (
  insert into repos (id, type, namespace, name, namespace_key, path_key, namespace_id, creator_id, visibility, gated, head_oid, downloads, downloads_all_time, likes, trending_score,
    used_storage_bytes, created_at, last_modified_at, tags, pipeline_tag, library_name, links, parameter_count, facts_key, facts_version)
  select lpad(to_hex(n), 24, '0'), 'model', namespace, name, namespace, namespace || '/' || name, lpad(substr(md5(namespace), 1, 24), 24, '0'), repeat('a', 24),
    case when e < 0.05 then 'private' else 'public' end, case when e > 0.97 then 'manual' else 'open' end, decode(md5(n::text) || '00000000', 'hex'),
    floor(1000000 * power(random(), 8))::bigint, floor(9000000 * power(random(), 8))::bigint, floor(1000 * power(random(), 6))::bigint, 330 + 10 * random(),
    1000000, now() - random() * interval '900 days', now() - random() * interval '400 days',
    array[library, 'safetensors', family, task, language, 'license:' || license, 'dataset:' || family || '-' || floor(a * 50)::int, 'region:us', 'autotrain_compatible', 'endpoints_compatible',
      'base_model:org' || floor(d * 300)::int || '/' || family || '-base', 'base_model:finetune:org' || floor(d * 300)::int || '/' || family || '-base', 'arxiv:' || (1700 + floor(b * 900)::int) || '.' || floor(c * 900)::int,
      'tag' || floor(e * 2000)::int, 'group' || floor(a * 20)::int, 'conversational', 'custom' || n],
    task, library, '{}', floor(1e11 * power(random(), 5))::bigint, 'bench', coalesce((select max(facts_version) from repos), 1)
  from (select *, family || '-' || language || '-' || (array['base', 'large', 'tiny', 'instruct', 'finetuned'])[1 + floor(e * 5)::int] || '-' || n as name from named) as with_names
  returning id
)
insert into repo_cards (repo_id, card, config)
select id, '{"license":"mit","language":["en"],"tags":["demo"],"text":"' || repeat('x', 400) || '"}', '{"architectures":["BertForMaskedLM"],"model_type":"bert"}' from made`

/** Puts so many models into the hub's own tables, as it would have written them. */
export async function loadModels(hub: Hub, count: number): Promise<void> {
  const client = new Client(await connectionOf(hub))
  await client.connect()
  try {
    await client.query('set search_path = storage, public')
    await client.query(LOAD_SQL, [count, FAMILIES, TASKS, LIBRARIES, LANGUAGES, LICENSES])
    await client.query('vacuum analyze repos')
    await client.query('vacuum analyze repo_cards')
  } finally {
    await client.end()
  }
}

/** Of the database server that the hub has started for itself. */
async function connectionOf(hub: Hub): Promise<{ host: string; port: number; user: string; database: string }> {
  const [, , , port, host] = (await readFile(join(hub.dataDir, 'data', 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  return { host: host ?? '', port: Number(port), user: 'hearth', database: 'hearth' }
}
