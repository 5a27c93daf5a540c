"""Writes leakscan/glance_words.py from the rules: what stands near a value or at its start. Run it when they change."""

from pathlib import Path

from leakscan.detect import Detector
from leakscan.rules import load_rules

WORDS_A_LINE = 4


def main() -> None:
    spec = Detector(load_rules()).spec
    lines = [
        '"""What stands near values, and how they start; made by tools/glance_words.py from the rules."""',
        "",
    ]
    for name, words in (("HINTS", spec.hints), ("HEADS", spec.heads)):
        lines += ["# fmt: off", f"{name} = ("]
        for at in range(0, len(words), WORDS_A_LINE):
            lines.append("    " + " ".join(f"{word!r}," for word in words[at : at + WORDS_A_LINE]))
        lines += [")"]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "leakscan" / "glance_words.py").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
