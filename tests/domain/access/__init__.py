"""Tokens and assertions."""
