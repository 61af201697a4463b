"""The member's face: what a member sees after signing in [会員サイト]."""
