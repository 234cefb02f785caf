"""Data out: the returned sheets as files other programs open: CSV, Excel, SPSS, DDI. Pure: bytes, no files
or pages. Seed 4.1."""
