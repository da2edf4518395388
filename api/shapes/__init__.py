"""What goes over the wire: one pydantic model per resource, and how it is made of what is read."""
