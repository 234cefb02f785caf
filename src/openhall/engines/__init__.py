"""Where answers are counted: columns in memory, the columnar extract, files, PostgreSQL, a cluster.

Each engine answers the asks of `stats.axes` with the same exact tables (`stats.cells`). No Django here.
"""
