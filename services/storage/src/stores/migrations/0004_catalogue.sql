-- What a repo's default branch says about it, kept where lists can filter by it, and how often it is downloaded.
alter table repos
  add column tags text[] not null default '{}',
  add column pipeline_tag text,
  add column library_name text,
  -- Folded "model:ns/name" and "dataset:ns/name" that the card names.
  add column links text[] not null default '{}',
  -- Parameters in its safetensors files; null while unknown.
  add column parameter_count bigint,
  -- Digest of all that the facts are derived from: an equal one needs no writing.
  add column facts_key text collate "C",
  -- Version of the derivation; older rows are derived again in the background.
  add column facts_version integer not null default 0,
  -- Digest of the names and ids of the weight files that were, or are to be, counted.
  add column weights_key text collate "C";

-- trending_score is kept so that it needs no work as time passes: ln(sum of weight * exp(time / 7 days)), time in days from 2020.
-- The order of two repos never changes by waiting, and the sort index stays true. 0: nothing yet.
create function trending_after(score double precision, weight double precision, at_seconds double precision) returns double precision
language sql immutable parallel safe as $$
  select case
    when score <= 0 then ln(weight) + (at_seconds - 1577836800) / 604800
    else greatest(score, ln(weight) + (at_seconds - 1577836800) / 604800)
      + ln(1 + exp(-abs(score - ln(weight) - (at_seconds - 1577836800) / 604800)))
  end
$$;

create index repos_tags on repos using gin (tags);
create index repos_links on repos using gin (links);
create index repos_parameters on repos (type, parameter_count) where parameter_count is not null;
create index repos_facts_version on repos (facts_version);
-- A sample of the names tells how common a word is.
alter table repos alter column path_key set statistics 1000, alter column tags set statistics 1000;

-- The wide part of the facts, as JSON text that is passed on unread.
create table repo_cards (
  repo_id text collate "C" primary key references repos (id) on delete cascade,
  card text,
  config text,
  mask_token text,
  transformers text,
  description text,
  citation text,
  has_app_file boolean not null default false,
  -- {"counts": {"F32": 1}, "total": 1} or {"invalid": "why"}
  weights text
);

-- Repos whose weight files have to be counted. Taken by pushing next_time into the future: a worker that dies frees its job so.
create table weight_jobs (
  repo_id text collate "C" primary key references repos (id) on delete cascade,
  weights_key text collate "C" not null,
  attempts integer not null default 0,
  next_time timestamptz(3) not null default now()
);
create index weight_jobs_next on weight_jobs (next_time);

create table repo_downloads (
  repo_id text collate "C" not null references repos (id) on delete cascade,
  hour timestamptz(0) not null,
  count bigint not null,
  primary key (repo_id, hour)
);
create index repo_downloads_hour on repo_downloads (hour);
