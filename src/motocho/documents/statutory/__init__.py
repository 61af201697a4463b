"""Papers that the law gives a borrower: their items, and how they are made [法定書面].

Holds   the items of 貸金業法16条の2, 17条, 18条, 21条 and their ordinance, as data
Takes   a contract, a row of its statement, the lender as the public knows it
Gives   a `Paper` on which every item stands, or a refusal that names the one that does not
Never   a paper without its items
"""

from motocho.documents.statutory import collecting, following, histories, items, making

__all__ = ["collecting", "following", "histories", "items", "making"]
