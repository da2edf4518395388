"""The ledger against floors, peers and limits, in one run on one server.

`python -m benchmarks ledger` runs all of it. Speed without correct books is void: after each round
the book has grown by just what was posted, or the run stops without a figure.
"""
