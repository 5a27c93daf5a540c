"""Many repositories: a list of them in, a journal and one report for all of them out."""
