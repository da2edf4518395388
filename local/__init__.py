"""The embedded servers and the process group behind `make run`."""
