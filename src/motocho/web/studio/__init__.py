"""The studio: recalculation and claim papers on one's own machine [引き直し計算の作業場].

It is served alone, to whoever holds the token of this start (`door`), from addresses of its own
(`alone`). Pages show themselves with `frame.show`; a page of a case gives its case too.
"""
