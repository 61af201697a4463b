"""Contact: the gate to a person, and the numbers we call from and answer [連絡].

Holds   the directory of desks and numbers; holds, tasks, attempts, calls; which wording is unlawful
Takes   a number, a desk, a moment; who wants to reach whom, and why
Gives   whose number it is, where to call back; a permit that ends, or every refusal with its rule
Never   a phone number or an address of a member without a permit
"""
