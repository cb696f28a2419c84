-- Repositories, their git objects and refs. Truth of every revision: a bare repository on disk is only ever a copy of it.
create extension if not exists pg_trgm schema public;

create table repos (
  id text collate "C" primary key check (id ~ '^[0-9a-f]{24}$'),
  type text collate "C" not null check (type in ('model', 'dataset', 'space')),
  namespace text not null,
  name text not null,
  -- Folded; what uniqueness, look-ups and searches use.
  namespace_key text collate "C" not null,
  path_key text collate "C" not null,
  namespace_id text collate "C" not null,
  creator_id text collate "C" not null,
  visibility text collate "C" not null check (visibility in ('public', 'private')),
  gated text collate "C" not null default 'open' check (gated in ('open', 'auto', 'manual')),
  disabled boolean not null default false,
  space_sdk text check (space_sdk in ('gradio', 'streamlit', 'docker', 'static')),
  -- Bumped when who may read changes: signed URLs carry it.
  epoch bigint not null default 1,
  -- Head of the default branch; refs has the truth, both change in one transaction.
  head_oid bytea not null,
  downloads bigint not null default 0,
  downloads_all_time bigint not null default 0,
  likes bigint not null default 0,
  trending_score double precision not null default 0,
  used_storage_bytes bigint not null default 0,
  -- Last number given to a discussion or pull request.
  discussion_count integer not null default 0,
  created_at timestamptz(3) not null,
  last_modified_at timestamptz(3) not null,
  constraint repos_name_key unique (type, path_key)
);
create index repos_last_modified on repos (type, last_modified_at desc, id desc);
create index repos_created on repos (type, created_at desc, id desc);
create index repos_downloads on repos (type, downloads desc, id desc);
create index repos_likes on repos (type, likes desc, id desc);
create index repos_trending on repos (type, trending_score desc, id desc);
create index repos_author on repos (type, namespace_key, last_modified_at desc, id desc);
create index repos_namespace on repos (namespace_id);
create index repos_search on repos using gin (path_key public.gin_trgm_ops);

-- Other names of a repo: one-segment aliases, and the old names of moved repos.
create table aliases (
  type text collate "C" not null check (type in ('model', 'dataset', 'space')),
  from_key text collate "C" not null,
  to_key text collate "C" not null,
  kind text collate "C" not null check (kind in ('alias', 'redirect')),
  created_at timestamptz(3) not null default now(),
  primary key (type, from_key)
);
create index aliases_target on aliases (type, to_key);

-- Immutable, content-addressed. No foreign key: thousands of rows come with one commit, and a repo's rows go with it by deleteRepo.
create table git_objects (
  repo_id text collate "C" not null,
  oid bytea not null,
  -- git's own numbers: 1 commit, 2 tree, 3 blob, 4 tag.
  type smallint not null check (type between 1 and 4),
  size bigint not null,
  -- The bytes, or the name under which the blob store holds them.
  data bytea,
  sha256 bytea,
  -- Set for a blob that is the pointer of a large file of this repo.
  lfs_sha256 bytea,
  lfs_size bigint,
  -- A commit of this repo names it. Others were staged and may be collected when old.
  reached boolean not null default false,
  -- Touched when it is sent again: collection goes by age.
  created_at timestamptz(3) not null default now(),
  primary key (repo_id, oid),
  check ((data is null) <> (sha256 is null)),
  check ((lfs_sha256 is null) = (lfs_size is null))
);
alter table git_objects alter column data set storage external;
create index git_objects_unreached on git_objects (created_at) where type = 3 and not reached;
create index git_objects_stored on git_objects (sha256) where sha256 is not null;
create index git_objects_lfs on git_objects (lfs_sha256, repo_id) where lfs_sha256 is not null;

create table refs (
  repo_id text collate "C" not null references repos (id) on delete cascade,
  name text collate "C" not null,
  oid bytea not null,
  updated_at timestamptz(3) not null default now(),
  primary key (repo_id, name)
);

create table commits (
  repo_id text collate "C" not null,
  oid bytea not null,
  tree_oid bytea not null,
  parent_oids bytea[] not null,
  author_name text not null,
  author_email text not null,
  committed_at timestamptz(3) not null,
  title text not null,
  message text not null,
  -- Length of its history while that has no merge; null behind one.
  linear_depth integer,
  primary key (repo_id, oid)
);

-- Discussions and pull requests share one sequence of numbers in a repo.
create table discussions (
  repo_id text collate "C" not null references repos (id) on delete cascade,
  number integer not null,
  kind text collate "C" not null check (kind in ('pull_request', 'discussion')),
  title text not null,
  description text not null,
  status text collate "C" not null check (status in ('draft', 'open', 'closed', 'merged')),
  author_id text collate "C" not null,
  author_name text not null,
  created_at timestamptz(3) not null default now(),
  primary key (repo_id, number)
);
