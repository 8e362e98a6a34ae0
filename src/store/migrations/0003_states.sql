-- How status pages and their components are and were, as stretches of one state each; the open one has no end.
CREATE TABLE IF NOT EXISTS page_states (
    page TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    source TEXT NOT NULL,
    service TEXT,
    name TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (page, from_at)
);
CREATE INDEX IF NOT EXISTS page_states_now ON page_states (page) WHERE until_at IS NULL;

CREATE TABLE IF NOT EXISTS component_states (
    page TEXT NOT NULL,
    component TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    -- Whether the page knows the component by an id; if not, `component` is its name.
    has_id BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (page, component, from_at)
);
CREATE INDEX IF NOT EXISTS component_states_now ON component_states (page) WHERE until_at IS NULL;

-- Since when each source has been read without a longer break. The end of the last stretch is the source's last success.
CREATE TABLE IF NOT EXISTS observed (
    source TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    PRIMARY KEY (source, from_at)
);
