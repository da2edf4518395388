"""Carrying books in and out: tables in, whole journals out and in, other tools' formats out."""
