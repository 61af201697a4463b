"""Screening: applications that must be looked into before anything is granted [審査].

Holds   applications for a higher limit; the conditions that the house and the law set
Takes   how an agreement was used, what is known of an income, what a member asks for
Gives   each condition that is not met, with the day on which it may be; an application in a queue
Never   a limit that is raised, a decision without a reason
"""
