-- Of which text a mark was made: an edited one is another. NULL where an older build wrote the mark.
ALTER TABLE marks ADD COLUMN digest TEXT;
