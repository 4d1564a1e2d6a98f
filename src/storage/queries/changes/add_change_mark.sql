-- $1 a number that had been drawn before this statement began: whoever drew it, or one before it, has a smaller transaction id than this one gets.
-- Its commit reaches the disk after the number did, so that a crash cannot draw it again. $2 the number up to which the feed may be read already.
-- Marks that nobody needs go with it; those of a transaction to come are from before a restore. A transaction that runs for hours lets no mark become a
-- horizon: then there are $3 of them, and no more are made.
WITH dropped AS (
    DELETE FROM change_marks WHERE seq < $2::int8 OR xid > pg_current_xact_id()
    RETURNING seq
)
INSERT INTO change_marks (seq, xid, at)
SELECT $1::int8, pg_current_xact_id(), now()
WHERE (SELECT count(*) FROM change_marks WHERE seq >= $2::int8 AND xid <= pg_current_xact_id()) < $3::int8
