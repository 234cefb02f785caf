"""What the numbers say: one file per family of procedures, frozen result objects, no prose (seed chapter 4).

Plain Python, NumPy and `scipy.special`; nothing here knows Django, a file or a language. A procedure counts
first (`counting`), then computes from the small tables, and says in `cautions` what a reader must know.
"""
