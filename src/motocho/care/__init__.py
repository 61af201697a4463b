"""Care: what we do when somebody needs help, complains or answers [相談・苦情].

Holds   complaints, opinions, answers with their steps; consultations, offers; rests; helplines
Takes   a member's words, a wanted hour, a pay day, what they can pay and when
Gives   whom to call today and why; cases and bookings that stay as they were told; ways of paying
        side by side; offers and what was agreed; how promises were kept; what a second person
        decided, and was done then
Never   its own arithmetic of a loan, a call, a member's words in the journal
"""
