"""Vendor invoices and their taxes."""
