"""The book: entries, postings, balances, periods, numbers. Written only by the functions here."""
