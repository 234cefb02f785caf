"""The procedures of `openhall stat`: each asks the statistics and makes its tables once, for every renderer.

One module a family: `counted`, `crossed`, `measured`, `compared`, `ranked`, `related`, `scaled`. Around them:
the data (`data`, `reading`), what was asked for (`asked`), JSON (`figures`); text is in `report.plain`.
"""
