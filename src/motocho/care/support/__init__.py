"""Support: families who worry, and members who need care [家族からの申告・配慮].

families.record(cursor, Worry(...), by, at)       the same answer for a member and for nobody
families.end_look(cursor, key, outcome, made)     what a reviewer found; the family is never told
flags.put(cursor, member_id, Need(...), by, at)   until a day: what we do, never why
scripts.script(...)                               what is said to a family
"""

from motocho.care.support import families, flags, scripts

__all__ = ["families", "flags", "scripts"]
