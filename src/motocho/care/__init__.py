"""Care: what we do when somebody needs help, complains or answers [相談・苦情].

Holds   complaints, opinions and answers with their steps; consultations; rests; who else helps
Takes   a member's words, a wanted hour, a pay day
Gives   cases and bookings that stay as they were told; days on which a payment is likely
Never   a decision about a loan, a call, a member's words in the journal
"""
