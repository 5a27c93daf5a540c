"""What a team has decided about findings: inline marks, `[[allow]]` entries, the baseline. It knows values by name."""
