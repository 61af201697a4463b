"""Journal: what happened, by whom, to whom, why and when [業務日誌].

Holds   one row a command, added in the command's own transaction
Takes   references: ids and amounts
Gives   ordered news to whoever keeps a cursor, and the audit trail
Never   personal text, a decision
"""
