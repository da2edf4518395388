"""Tests of the connectors, each against its partner's real process."""
