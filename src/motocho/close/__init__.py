"""Close: the night, step by step, and the business date that it alone moves on [締め].

Holds   the steps in their order, how far a night is, what it set aside, what it found to do
Takes   a day to close up to, the moment, a folder for the seals
Gives   closed days, tasks, the accrual report, the trial balance
Never   a rule of its own, a day moved on over an imbalance
"""
