-- What was selected, and what became of it, is gone; decisions that were taken stay.

DROP TABLE bulk_items, bulk_instructions, selection_items, selections;
