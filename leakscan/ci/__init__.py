"""Which part of a repository a CI run is about, told by the run's own event: no network, no git."""
