"""How people prove who they are: PINs, their hashes, and trying to log in [本人認証].

Holds   the 4-digit PIN, what makes one guessable, peppers, misses and locks
Takes   a number and a PIN as typed, where they came from
Gives   entered, missed, locked, or slowed; the same for numbers that nobody has
Never   a PIN, a hash, or whether a number exists
"""

from motocho.people.credentials import hashing, keeping, networks, passkeys, pins

__all__ = ["hashing", "keeping", "networks", "passkeys", "pins"]
