"""Reasons to call: what for, what is said and asked, how it ends and what follows [架電の用件]."""
