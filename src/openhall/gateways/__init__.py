"""The outside: what leaves the house. Only the worker passes here, through `openhall.flow`."""
