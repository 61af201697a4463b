"""What keeps a member's account safe: devices, sessions, codes, holds, freeze [安全].

Holds   known devices, sessions and their history, one-time codes, holds on draws, freezes,
        marks of accounts that banks froze
Takes   a member who logged in, and what the member asks for
Gives   known or not, in use or ended, confirmed or not, held until when
Never   a token or code as it was given out
"""

from motocho.people.safety import codes, devices, freezes, holds, listed, passkeys, seats, sessions

__all__ = ["codes", "devices", "freezes", "holds", "listed", "passkeys", "seats", "sessions"]
