-- Large objects by sha256. The bytes are in the object store; a row here says that they are complete, verified and durable.
CREATE TABLE lfs_objects (
  sha256      bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
  size_bytes  bigint NOT NULL CHECK (size_bytes >= 0),
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- Which repo holds which object: bytes were sent to it, or one of its commits names them. The only proof of possession.
CREATE TABLE repo_lfs_objects (
  repo_id   text COLLATE "C" NOT NULL REFERENCES repos (id) ON DELETE CASCADE,
  sha256    bytea NOT NULL REFERENCES lfs_objects (sha256),
  added_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (repo_id, sha256)
);
CREATE INDEX repo_lfs_objects_by_object ON repo_lfs_objects (sha256);

-- Multipart uploads under way. Parts are in the object store; a part is recorded when it is durable.
CREATE TABLE lfs_uploads (
  id          text COLLATE "C" PRIMARY KEY,
  repo_id     text COLLATE "C" NOT NULL REFERENCES repos (id) ON DELETE CASCADE,
  sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size_bytes  bigint NOT NULL,
  part_bytes  bigint NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repo_id, sha256)
);
CREATE INDEX lfs_uploads_by_age ON lfs_uploads (created_at);

CREATE TABLE lfs_upload_parts (
  upload_id    text COLLATE "C" NOT NULL REFERENCES lfs_uploads (id) ON DELETE CASCADE,
  part_number  integer NOT NULL,
  PRIMARY KEY (upload_id, part_number)
);
