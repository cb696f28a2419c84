-- Who asked to read the files of a gated repo, and who may. One row for each person and repo, whatever was decided and however
-- it came about; the moves between states are those of domain/gating.ts. It stays when gating is switched off and on again.
create table access_requests (
  id text collate "C" primary key check (id ~ '^[0-9a-f]{24}$'),
  repo_id text collate "C" not null references repos (id) on delete cascade,
  user_id text collate "C" not null,
  -- The account as it was when it asked.
  user_name text not null,
  user_full_name text not null,
  -- Null for those who were granted access without having asked.
  user_email text,
  status text collate "C" not null check (status in ('pending', 'accepted', 'rejected')),
  -- What the person filled in: text, number or boolean by name.
  fields jsonb not null default '[]',
  rejection_reason text,
  requested_at timestamptz(3) not null,
  decided_at timestamptz(3),
  -- Null while nobody has decided, and where the mode did.
  decided_by_id text collate "C",
  decided_by_name text,
  constraint access_requests_person unique (repo_id, user_id)
);
create index access_requests_listed on access_requests (repo_id, status, requested_at desc, id desc);
