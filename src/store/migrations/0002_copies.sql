-- Near-duplicates: which item repeats which, and the keys by which the next ones are found.
ALTER TABLE items ADD COLUMN copy_of TEXT;
CREATE INDEX IF NOT EXISTS items_by_copy ON items (copy_of) WHERE copy_of IS NOT NULL;

-- No primary key: rows are only ever added, at the end, and looked up by key.
CREATE TABLE IF NOT EXISTS likeness (
    key BIGINT NOT NULL,
    item TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS likeness_by_key ON likeness (key);

-- How far a follower has come that keeps its effect in this database.
CREATE TABLE IF NOT EXISTS followers (
    name TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL
);
