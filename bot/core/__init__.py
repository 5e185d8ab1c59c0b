"""Values and rules. Pure: no await, no clock, no I/O, no SDK."""
