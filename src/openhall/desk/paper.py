"""placeholder"""
def paper_pdf(*a, **k):
    raise NotImplementedError
