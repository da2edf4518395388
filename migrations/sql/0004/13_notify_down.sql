DROP TABLE notification_reads, notifications, notification_places, contacts;
ALTER TABLE tasks DROP COLUMN opened_sequence;
