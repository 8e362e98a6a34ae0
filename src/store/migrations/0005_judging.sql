-- What was judged before, and what people said of it.
CREATE TABLE IF NOT EXISTS verdicts (
    item TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (item, judged_by)
);

-- One mark for each item: the last word counts.
CREATE TABLE IF NOT EXISTS marks (
    item TEXT PRIMARY KEY,
    outage BOOLEAN NOT NULL,
    judged_by TEXT NOT NULL,
    marked_at BIGINT NOT NULL
);
