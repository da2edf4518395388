"""Invoices, payments and settlements: their checks, taxes and journals."""
