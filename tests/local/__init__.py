"""Tests of the servers of one machine. They start real ones, on free ports, in temporary homes."""
