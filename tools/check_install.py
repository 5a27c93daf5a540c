"""Run by the Python of an environment into which a built leakscan was installed: is all of it there, and does it work?

python tools/check_install.py [--without-kernel]

Scans a made-up repository whose secret stands in its history only. Exit code 1, with the reason, if anything is wrong.
"""

from __future__ import annotations

import os
import random
import string
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

COMMAND = str(Path(sysconfig.get_path("scripts"), "leakscan"))
ANONYMOUS = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
}  # fmt: skip


def check(fine: bool, reason: str) -> None:
    if not fine:
        raise SystemExit(f"check_install: {reason}")


def run(*arguments: str, folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*arguments], cwd=folder, capture_output=True, text=True, env=os.environ | ANONYMOUS, check=False
    )


def make_history(folder: str) -> str:
    """A secret that one commit brought and the next took away."""
    secret = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=64))
    file = Path(folder, "bot.env")
    check(run("git", "init", "-q", folder=folder).returncode == 0, "git is needed")
    for text in (f"BINANCE_API_SECRET={secret}\n", "BINANCE_API_SECRET=\n"):
        file.write_text(text)
        run("git", "add", "bot.env", folder=folder)
        done = run("git", "commit", "-qm", "change", folder=folder)
        check(done.returncode == 0, done.stderr)
    return secret


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # so that what is imported is what was installed
        from leakscan.gitstore.kernel import COMPILED

        wanted = "--without-kernel" not in sys.argv[1:]
        check(wanted == COMPILED, f"the kernel is {'compiled' if COMPILED else 'not compiled'}")
        rules = run(COMMAND, "rules", "check", folder=folder)
        check(rules.returncode == 0, f"leakscan rules check: {rules.stderr or rules.stdout}")
        clean = run(COMMAND, "scan", ".", folder=folder)
        check(
            clean.returncode == 0, f"a scan of an empty folder ended with {clean.returncode}: {clean.stderr}"
        )
        secret = make_history(folder)
        scan = run(COMMAND, "scan", ".", folder=folder)
        check(scan.returncode == 1, f"a scan of a planted secret ended with {scan.returncode}: {scan.stderr}")
        check("binance" in scan.stdout.lower(), f"the report does not name the exchange: {scan.stdout}")
        check(secret not in scan.stdout + scan.stderr, "the report shows the secret")
        check(("compiled kernel is missing" in scan.stderr) != COMPILED, f"it does not say so: {scan.stderr}")
        print(f"leakscan works, {'with' if COMPILED else 'without'} the compiled kernel")


if __name__ == "__main__":
    main()
