"""Contact: the gate to a person, and the numbers we call from and answer [連絡].

Holds   the directory of desks, numbers, hours and channels; which wording is unlawful
Takes   a number, a desk, a moment
Gives   whose number it is, where to call back, refusals with their rule
Never   a phone number of a member without a permit
"""
