-- Every verdict that another took the place of, numbered: who judges as before again has said it twice, and both stay.
ALTER TABLE verdicts RENAME TO verdicts_by_judge;
CREATE TABLE verdicts (
    item TEXT NOT NULL,
    number INTEGER NOT NULL,
    judged_by TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (item, number)
);
INSERT INTO verdicts (item, number, judged_by, replaced_at, verdict)
    SELECT item, ROW_NUMBER() OVER (PARTITION BY item ORDER BY replaced_at, judged_by), judged_by, replaced_at, verdict
    FROM verdicts_by_judge;
DROP TABLE verdicts_by_judge;
