"""The machines' face: HTTP in, JSON out."""
