"""Ledger: two-account transfers of whole yen, added and never changed [元帳].

Holds   the chart of accounts, entries and their legs, balances, seals of days
Takes   entries from `loans` and `close`, in their transaction
Gives   balances on any day or at any moment, trial balance, proof that nothing was changed
Never   a rate, a borrower, update or delete
"""
