"""Who a person is, what her roles allow, and the signed proof of both."""
