"""The citizen's face: HTTP in, HTML out; no session, no account, no JavaScript needed."""
