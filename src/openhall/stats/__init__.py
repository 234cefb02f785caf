"""What the numbers say: one file per family of procedures, frozen result objects, no prose. Plain Python and NumPy."""
