"""Tests of the outside world we simulate."""
