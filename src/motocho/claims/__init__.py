"""Claims: a 取引履歴 in, a recalculation and its reasons out [引き直し計算].

Holds   histories, the balance checksum, assumptions, statements, scenarios
Takes   bytes of a file or a case, assumptions
Gives   rows with their arithmetic, faults with their place and fix
Never   a database, a change to a live loan
"""
