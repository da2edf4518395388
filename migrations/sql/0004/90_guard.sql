-- Row-level security and grants of everything above.

CALL guard_what_is_new();
