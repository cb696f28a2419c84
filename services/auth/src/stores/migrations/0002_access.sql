-- What a fine-grained token may do (libs/authz TokenScopes), bound to ids of repos and namespaces.
ALTER TABLE access_tokens ADD COLUMN scopes jsonb,
  ADD CONSTRAINT access_tokens_scopes CHECK (scopes IS NULL OR role = 'fineGrained');
CREATE INDEX access_tokens_expire ON access_tokens (expire_time) WHERE expire_time IS NOT NULL;
COMMENT ON COLUMN access_tokens.last_used_time IS 'Written behind, at most once a minute.';

-- Somebody at a browser who has shown a password.
CREATE TABLE web_sessions (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  user_id text NOT NULL REFERENCES users (account_id),
  -- SHA-256 of the opaque value in the cookie, hex.
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  create_time timestamptz NOT NULL,
  -- Written behind, at most once a minute.
  last_seen_time timestamptz NOT NULL,
  expire_time timestamptz NOT NULL,
  user_agent text CHECK (length(user_agent) <= 256),
  client_address text CHECK (length(client_address) <= 64),
  CONSTRAINT web_sessions_sha256 UNIQUE (sha256)
);
CREATE INDEX web_sessions_user ON web_sessions (user_id);
CREATE INDEX web_sessions_expire ON web_sessions (expire_time);

-- Wrong passwords lately, by account ("account:ana") and by address ("address:192.0.2.1"); forgotten after a day.
CREATE TABLE login_attempts (
  subject text PRIMARY KEY CHECK (length(subject) <= 200),
  failures integer NOT NULL,
  last_time timestamptz NOT NULL,
  -- No further try before.
  next_time timestamptz NOT NULL
);
CREATE INDEX login_attempts_last ON login_attempts (last_time);

-- Who did what to what; written with the change, never changed, never deleted. Names as they were.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  time timestamptz NOT NULL DEFAULT now(),
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'anonymous')),
  actor_id text,
  actor_name text,
  -- Id of the token or session in use.
  credential_id text,
  action text NOT NULL,
  target_kind text NOT NULL CHECK (target_kind IN ('user', 'org', 'token', 'session', 'repo')),
  target_id text NOT NULL,
  target_name text NOT NULL,
  request_id text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_actor ON audit_log (lower(actor_name), id);
CREATE INDEX audit_log_target ON audit_log (lower(target_name), id);
CREATE INDEX audit_log_action ON audit_log (action text_pattern_ops, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
