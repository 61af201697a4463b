"""Units: the words everyone uses [単位].

Holds   whole yen, ppm rates, days and eras, text as people type it, error families, all messages
Takes   nothing of ours
Gives   values, or a fault that says what was seen and what would fix it
Never   a float, Django, a clock, a rule of law
"""
