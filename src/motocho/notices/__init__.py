"""Notices: what to tell whom, on the site and by e-mail [お知らせ・通知].

Holds   messages, mails with their fate, choices of members, the reader's cursor
Takes   the journal's rows, the night's reminders, what members choose
Gives   each message once in the inbox; each mail once to outside, after a permit
Never   a mail without the gate, a link that signs in, a lender's name in a subject
"""
