"""Documents: content in, pages out [書面].

Holds   layouts, templates, fonts
Takes   content already calculated
Gives   bytes: PDF, spreadsheet
Never   a calculation
"""
