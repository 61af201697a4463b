"""Documents: content in, pages out; what was delivered, and what came in, is kept [書面].

Holds   layouts, templates, fonts; documents that members handed in
Takes   content already calculated; files as browsers send them
Gives   bytes: PDF, spreadsheet; pictures of pages, sealed
Never   a calculation; a file of somebody's as it came
"""
