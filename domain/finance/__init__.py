"""Rules of invoices, their taxes, payments and settlements."""
