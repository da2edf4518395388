"""Reports: what they say of worked sets of accounts."""
