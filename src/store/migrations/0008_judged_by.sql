-- Which version looked at it last, beside the verdict that says it too: so that whatever another version judged is found
-- in an index, however much is held. Empty where an older build wrote the row.
ALTER TABLE items ADD COLUMN judged_by TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS items_by_judge ON items (judged_by, id);
ALTER TABLE incidents ADD COLUMN judged_by TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS incidents_by_judge ON incidents (judged_by, id);
DELETE FROM meta WHERE name = 'judged';
