"""What CONTRACT promises of a report, for the tests that hold it to that."""

FINDING_FIELDS = [
    *(
        "fingerprint",
        "rule_id",
        "exchange",
        "part",
        "title",
        "severity",
        "confidence",
        "score",
        "preview",
        "length",
    ),
    *("reasons", "group", "locations", "exposure", "baseline", "verification", "help"),
]
