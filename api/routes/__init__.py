"""The routes: authenticate, read the body, ask the policy, start, update or read. No rules."""
