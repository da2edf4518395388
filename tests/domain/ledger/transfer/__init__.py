"""Tests of carrying books in and out."""
