"""Documents and the checks that they climb."""
