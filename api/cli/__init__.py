"""The command line: a client of the REST API, and the starter of the servers of one machine.

Commands about work speak to the API over HTTP and to nothing else. Those about the machine (`up`,
`demo --throw-away`, `doctor`, `reset`) use `local`. Start-up must stay fast, so whatever is heavy
is imported inside the command that needs it.
"""
