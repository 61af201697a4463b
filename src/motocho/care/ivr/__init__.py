"""The push-phone service [プッシュホンサービス]: a call that nobody answers.

Holds   the dialogue, how numbers are read aloud, calls as they stand
Takes   tones, and what the house knows
Gives   lines to say, and what to do next
Never   a PIN, a member's number or an amount where it could be read later
"""

from motocho.care.ivr import answers, calls, dialogue, lines, speech

__all__ = ["answers", "calls", "dialogue", "lines", "speech"]
