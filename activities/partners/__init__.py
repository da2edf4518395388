"""Connectors: one file per partner, each call one HTTP request with a closed set of outcomes."""
