"""Scenario files by area, what runs them, and what they must not leave out."""
