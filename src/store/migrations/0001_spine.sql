-- The truth, in SQL that SQLite and PostgreSQL both read. Instants are microseconds since 1970 UTC.

CREATE TABLE IF NOT EXISTS meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT,
    language TEXT,
    published_at BIGINT NOT NULL,
    published_estimated BOOLEAN NOT NULL,
    updated_at BIGINT,
    received_at BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL,
    digest TEXT NOT NULL,
    version INTEGER NOT NULL,
    edited_at BIGINT,
    outage BOOLEAN NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    verdict TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY,
    page TEXT NOT NULL,
    native_id TEXT NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    sorted_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    edited_at BIGINT,
    version INTEGER NOT NULL,
    -- The incident without its updates, as JSON: pages differ in what they say, queries go through the search index.
    record TEXT NOT NULL,
    verdict TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS incidents_by_page ON incidents (page, native_id);

CREATE TABLE IF NOT EXISTS incident_updates (
    incident TEXT NOT NULL,
    native_id TEXT NOT NULL,
    shown_at BIGINT NOT NULL,
    position INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (incident, native_id)
);

-- What an item, an incident or an update said before it was edited.
CREATE TABLE IF NOT EXISTS versions (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    part TEXT NOT NULL,
    version INTEGER NOT NULL,
    replaced_at BIGINT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (subject, id, part, version)
);

-- Which addresses and ids are one status page: an alias is "host:…" or "id:…".
CREATE TABLE IF NOT EXISTS pages (
    alias TEXT PRIMARY KEY,
    page TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sources (
    name TEXT PRIMARY KEY,
    health TEXT NOT NULL,
    next_poll BIGINT NOT NULL,
    record TEXT NOT NULL
);

-- One row: the number of the newest change. Its lock is taken last of all before a commit.
CREATE TABLE IF NOT EXISTS change_head (
    id INTEGER PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO change_head (id, seq) VALUES (1, 0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS changes (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    operation TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
