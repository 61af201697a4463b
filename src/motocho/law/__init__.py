"""Law: dated legal facts with their articles [法令].

Holds   data/*.yaml, the loader that refuses bad tables, one module per subject of law
Takes   a date and its basis
Gives   rates, brackets, fees, rule texts, citations
Never   a borrower, input or output beyond its own tables, an uncited number
"""
