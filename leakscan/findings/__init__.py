"""Describes: place, name, mask and merge what was found."""
