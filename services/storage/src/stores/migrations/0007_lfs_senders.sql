-- Who sent which large object into which repo. Until a commit names the object, only who sent it may use it there: others who
-- know its sha256 and may read the repo have proved nothing. An upload under way is its sender's own for the same reason.
create table lfs_senders (
  repo_id text collate "C" not null,
  sha256 bytea not null,
  -- Id of the account.
  sender_id text collate "C" not null,
  sent_at timestamptz(3) not null default now(),
  primary key (repo_id, sha256, sender_id),
  foreign key (repo_id, sha256) references repo_lfs_objects (repo_id, sha256) on delete cascade
);

alter table lfs_uploads add column sender_id text collate "C" not null default '';
alter table lfs_uploads drop constraint lfs_uploads_repo_id_sha256_key;
alter table lfs_uploads add constraint lfs_uploads_sender unique (repo_id, sha256, sender_id);
