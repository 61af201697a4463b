"""What opens files that anybody made: a program of its own, apart from everything [別プロセス].

It imports nothing of ours but its own modules; its limits are set before a parser is loaded.
"""
