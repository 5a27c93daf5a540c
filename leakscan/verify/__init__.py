"""Asks exchanges, when told to, whether a credential still works: one read-only signed request, two at most."""
