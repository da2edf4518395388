"""Masters: customers, vendors, employees, products and branches, and every version of each."""
