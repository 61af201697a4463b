"""The member's face in trouble and change: help, promises, due dates, limits, calls, complaints."""
