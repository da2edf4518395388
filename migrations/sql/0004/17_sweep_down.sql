-- What the watcher saw of starts is lost; it looks anew.

DROP FUNCTION starts_without_process();
DROP TABLE unopened_processes, watch_rounds;
