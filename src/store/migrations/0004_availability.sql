-- What status pages say of their components over time, and incidents that repeat others.
ALTER TABLE incidents ADD COLUMN copy_of TEXT;

-- Pages that said anything of their components: the newest word on whose they are.
CREATE TABLE IF NOT EXISTS component_pages (
    page TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    service TEXT,
    identity TEXT NOT NULL
);

-- Stretches in which a component was not well. `component` is the page's id of it, else its name.
CREATE TABLE IF NOT EXISTS component_impacts (
    page TEXT NOT NULL,
    component TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    native_id TEXT,
    name TEXT NOT NULL,
    until_at BIGINT,
    incident TEXT,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (page, component, from_at, state)
);

-- What became of a component's day, in the page's own zone: YYYY-MM-DD, seconds.
CREATE TABLE IF NOT EXISTS component_days (
    page TEXT NOT NULL,
    component TEXT NOT NULL,
    day TEXT NOT NULL,
    native_id TEXT,
    name TEXT NOT NULL,
    partial_s BIGINT NOT NULL,
    major_s BIGINT NOT NULL,
    maintenance_s BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (page, component, day)
);
