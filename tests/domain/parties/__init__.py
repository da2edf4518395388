"""Numbers that the state gives to parties."""
