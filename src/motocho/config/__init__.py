"""Config: the one place that knows every room [設定].

Holds   settings of Django, the address of the database, the task names (later)
Takes   the environment
Gives   a Django that is set up, for one role of the database
Never   a rule, a secret in the code
"""
