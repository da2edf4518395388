"""Vendors and customers, and the numbers the state gives them."""
