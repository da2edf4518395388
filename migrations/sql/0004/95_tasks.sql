-- What was sent and is attached to nothing yet is read by the edge, and by the activity that attaches.

REVOKE SELECT ON uploads FROM kontor_reader;
