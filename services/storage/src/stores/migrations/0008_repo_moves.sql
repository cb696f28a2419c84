-- An annotated tag: `oid` is the commit as for every ref, `tag_oid` the tag object that git's own ref names.
alter table refs add column tag_oid bytea;

-- Where a commit first put a large file, and the ref it went to: known also when no tree shows the file any more.
alter table git_objects add column lfs_path text;
alter table git_objects add column lfs_ref text;

-- Whole milliseconds, as the page tokens of the list over it carry them.
alter table repo_lfs_objects alter column added_at type timestamptz(3);
create index repo_lfs_objects_by_time on repo_lfs_objects (repo_id, added_at desc, sha256 desc);
create index repos_owned on repos (namespace_id, last_modified_at desc, id desc);

create table likes (
  repo_id text collate "C" not null references repos (id) on delete cascade,
  user_id text collate "C" not null,
  created_at timestamptz(3) not null default now(),
  primary key (repo_id, user_id)
);
create index likes_by_time on likes (repo_id, created_at desc, user_id desc);
create index likes_by_user on likes (user_id, created_at desc, repo_id desc);
