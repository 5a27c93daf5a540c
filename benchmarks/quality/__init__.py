"""A benchmark of exchange credentials in repositories: fixtures made from a seed, labelled, and scanners scored."""
