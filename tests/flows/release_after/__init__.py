"""The release after it: nothing uses the column any more, so it goes."""
