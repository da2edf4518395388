"""What is true: rules and the SQL that states them. No Temporal, no HTTP, no clock."""
