"""A plan to take values out of a history: what to look for, and what to do in which order. Nothing is changed."""
