"""Office: claims as cases, from the paper that came to the papers that go [事務所].

Holds   cases and their log, intake of papers, the claim's papers, steps and days, whole books
Takes   histories as they came, answers of clients, decisions of the office
Gives   cases with their figures, papers ready to send, what is due and when
Never   a change to a live loan but through `loans`; a request to another machine
"""
