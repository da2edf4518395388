"""Reports: what a person reads of the book, as tables that any format can show."""
