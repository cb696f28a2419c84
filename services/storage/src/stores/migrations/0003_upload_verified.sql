-- Set when the bytes of an upload were hashed and are the object, before they are published: a repeated completion may then rely on it.
alter table lfs_uploads add column verified_at timestamptz;
