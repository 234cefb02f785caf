"""The written report: chapter 4 as a document, and its renderers. Plain Python, no database, no network."""
