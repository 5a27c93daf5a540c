"""Writes leakscan/glance_words.py from the rules: what stands near a value or at its start. Run it when they change."""

from pathlib import Path

from leakscan.detect import Detector
from leakscan.rules import load_rules

WIDTH = 110


def main() -> None:
    spec = Detector(load_rules()).spec
    lines = [
        '"""What stands near values, and how they start; made by tools/glance_words.py from the rules."""',
        "",
    ]
    for name, words in (("HINTS", spec.hints), ("HEADS", spec.heads)):
        lines += ["# fmt: off", f"{name} = ("]
        line = " " * 3
        for told in (f" {word!r}," for word in words):
            if len(line) + len(told) > WIDTH:
                lines.append(line)
                line = " " * 3
            line += told
        lines.append(line)
        lines += [")"]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "leakscan" / "glance_words.py").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
