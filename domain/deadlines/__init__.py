"""When something is due in a tenant: its calendar as rows, reminders, and the sandbox's clock."""
