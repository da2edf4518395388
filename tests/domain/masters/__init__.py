"""Tests of masters."""
