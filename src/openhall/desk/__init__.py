"""The staff's face: HTTP in, HTML out, behind a sign-in."""
