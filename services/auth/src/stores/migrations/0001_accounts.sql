-- Users and organisations share one namespace: one row each in accounts, the rest beside it.
CREATE TABLE accounts (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  kind text NOT NULL CHECK (kind IN ('user', 'org')),
  -- Canonical spelling; compared and unique without regard to case.
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9._-]{1,96}$'),
  name_key text NOT NULL GENERATED ALWAYS AS (lower(name COLLATE "C")) STORED,
  full_name text NOT NULL,
  create_time timestamptz NOT NULL,
  CONSTRAINT accounts_name_key UNIQUE (name_key)
);

CREATE TABLE users (
  account_id text PRIMARY KEY REFERENCES accounts (id),
  email text,
  is_admin boolean NOT NULL DEFAULT false,
  -- argon2id, PHC string; absent: this user cannot log in with a password.
  password_hash text,
  suspended_time timestamptz
);

CREATE TABLE organisations (
  account_id text PRIMARY KEY REFERENCES accounts (id),
  default_visibility text NOT NULL CHECK (default_visibility IN ('public', 'private'))
);

CREATE TABLE members (
  org_id text NOT NULL REFERENCES organisations (account_id),
  user_id text NOT NULL REFERENCES users (account_id),
  role text NOT NULL CHECK (role IN ('read', 'contributor', 'write', 'admin')),
  create_time timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE access_tokens (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  user_id text NOT NULL REFERENCES users (account_id),
  -- SHA-256 of the token, hex. The token itself is nowhere.
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  role text NOT NULL CHECK (role IN ('read', 'write', 'fineGrained')),
  display_name text NOT NULL,
  create_time timestamptz NOT NULL,
  expire_time timestamptz,
  -- Not written yet.
  last_used_time timestamptz,
  CONSTRAINT access_tokens_sha256 UNIQUE (sha256)
);
CREATE INDEX access_tokens_user ON access_tokens (user_id);

-- What services prove themselves by; two rows for one service while its secret is being rotated.
CREATE TABLE service_secrets (
  service text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  create_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service, sha256)
);
