"""Rules of vendor invoices and their payment."""
