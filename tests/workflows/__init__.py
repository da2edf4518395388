"""Processes on a real engine, a real database and a real bank over HTTP."""
