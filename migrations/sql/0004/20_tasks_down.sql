-- What was attached, commented, claimed and put off is lost, and the calendar with it.

DROP FUNCTION advance_clock(interval);
DROP TABLE holidays, calendars, attachments, files, uploads, comments, task_snoozes;
ALTER TABLE tasks
    DROP COLUMN reminded_at, DROP COLUMN claimed_by, DROP COLUMN claimed_at, DROP COLUMN claimed_until;
