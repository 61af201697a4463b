"""Web: the faces of the house, as pages that work without scripts [画面].

Holds   the frame of every page, the look, form fields, words in three tongues, one error door
Takes   requests
Gives   responses, never kept by a browser unless they are assets
Never   arithmetic on yen, SQL, `.objects`, a request to another host
"""
