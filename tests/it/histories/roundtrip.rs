//! Export, import into an empty archive, export: the same bytes.
