-- Public posts: who speaks (as a keyed hash), what a post answers or repeats, what was taken back, what was counted.
ALTER TABLE items ADD COLUMN author_key TEXT;
ALTER TABLE items ADD COLUMN repost_of TEXT;
ALTER TABLE items ADD COLUMN quote_of TEXT;
ALTER TABLE items ADD COLUMN reply_to TEXT;
ALTER TABLE items ADD COLUMN local_id TEXT;
CREATE INDEX IF NOT EXISTS items_by_source ON items (source, published_at) WHERE kind = 'post';

CREATE INDEX IF NOT EXISTS items_by_author ON items (author_key) WHERE author_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS items_by_local_id ON items (local_id) WHERE local_id IS NOT NULL;

-- The text goes, the count stays. An id in here is never taken in again: streams rewind, servers repeat.
CREATE TABLE IF NOT EXISTS deleted (
    id TEXT PRIMARY KEY,
    deleted_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    outage BOOLEAN NOT NULL,
    -- Names of services, as a JSON array.
    services TEXT NOT NULL
);

-- What streams counted and dropped: posts that named a service and were not about an outage.
CREATE TABLE IF NOT EXISTS post_counts (
    service TEXT NOT NULL,
    minute BIGINT NOT NULL,
    posts BIGINT NOT NULL,
    PRIMARY KEY (service, minute)
);

-- Reports as numbers.
CREATE TABLE IF NOT EXISTS measurements (
    service TEXT NOT NULL,
    source TEXT NOT NULL,
    at BIGINT NOT NULL,
    reports DOUBLE PRECISION NOT NULL,
    baseline DOUBLE PRECISION,
    PRIMARY KEY (service, source, at)
);
CREATE INDEX IF NOT EXISTS likeness_by_item ON likeness (item);
