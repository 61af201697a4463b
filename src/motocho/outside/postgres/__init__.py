"""PostgreSQL: addresses, roles, our own server, its backup [データベース].

`address` says where a database is, `roles` who logs in and what each may do, `server` runs the one
of the wheel, `programs` are PostgreSQL's own, `backup` copies, restores and checks.
"""
