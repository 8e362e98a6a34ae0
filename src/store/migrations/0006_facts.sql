-- Facts read out of texts, beside the text they were read from, and what read them; NULL where nothing has read yet. An
-- edited text is read anew, a deleted one takes its facts along.
ALTER TABLE items ADD COLUMN facts TEXT;
ALTER TABLE items ADD COLUMN facts_by TEXT;
CREATE INDEX IF NOT EXISTS items_by_reader ON items (facts_by);
ALTER TABLE incident_updates ADD COLUMN facts TEXT;
ALTER TABLE incident_updates ADD COLUMN facts_by TEXT;
CREATE INDEX IF NOT EXISTS updates_by_reader ON incident_updates (facts_by);
