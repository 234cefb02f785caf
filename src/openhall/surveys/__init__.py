"""What to ask: questionnaires, their file formats, checking of answers and sheets. Plain Python, no database,
no network.
"""
