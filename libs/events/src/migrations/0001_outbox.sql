-- Events of this service, written in the transaction of the change that they tell about.
-- Readers go by (xid, position): a row is passed only when every transaction up to its own has ended, so a position that
-- was drawn early and committed late is never skipped.
CREATE TABLE outbox (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  subject text NOT NULL,
  payload jsonb NOT NULL,
  created_time timestamptz NOT NULL DEFAULT now(),
  -- Set by the relay to a broker; without a broker it stays empty.
  published_time timestamptz,
  PRIMARY KEY (xid, position)
);
CREATE INDEX outbox_created ON outbox (created_time);
CREATE INDEX outbox_unpublished ON outbox (xid, position) WHERE published_time IS NULL;

-- How far each durable consumer of this service's events has come.
CREATE TABLE outbox_consumers (
  name text PRIMARY KEY,
  xid xid8 NOT NULL,
  position bigint NOT NULL,
  -- For a consumer that began at "now": what this snapshot shows had happened before.
  begin pg_snapshot,
  updated_time timestamptz NOT NULL DEFAULT now()
);

-- Events that a consumer could not handle yet; the others go on meanwhile.
CREATE TABLE outbox_redeliveries (
  consumer text NOT NULL REFERENCES outbox_consumers (name) ON DELETE CASCADE,
  xid xid8 NOT NULL,
  position bigint NOT NULL,
  attempts integer NOT NULL,
  next_time timestamptz NOT NULL,
  last_error text NOT NULL,
  is_dead boolean NOT NULL DEFAULT false,
  PRIMARY KEY (consumer, xid, position),
  FOREIGN KEY (xid, position) REFERENCES outbox (xid, position) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX outbox_redeliveries_event ON outbox_redeliveries (xid, position);

-- Events that a consumer of this service has applied, whoever sent them.
CREATE TABLE inbox (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  handled_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_handled ON inbox (handled_time);
