"""The staff's pages: signing in, and one queue of what waits [従業者の画面]."""
