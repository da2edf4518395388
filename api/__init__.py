"""HTTP and console in: starts workflows, reads the domain over a login that cannot write."""
