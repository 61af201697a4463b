"""The application of the site: a check, one question a page, then what becomes of it [申込み].

Holds   the pages from the first question to the result; the seat of a browser at one application
Takes   what somebody types, saved page by page; a link from a mail, with the birthday
Gives   each next step in words; what is open, whose turn it is, whom to ask
Never   a promise, an answer that says whether an address is known, a tick that was set before
"""
