"""What each version added is enough: both ways give the same bytes."""

import base64
import io
import random
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan.reporters import RenderOptions, render
from leakscan.rules import load_rules
from leakscan.rules.fake import fake, fill
from leakscan.scanning import Scan, ScanOptions
from tests.conftest import Repo

RULES = load_rules()
FILES = ("bot.env", "src/config.py", "tests/x.json")
NAMES = (
    f"stuff/binance_secret_{fake('alnum:64', 7)}.txt",
    f"bitmex/{fake('alnum:48', 7)}/deep/x",
    f"stuff/{fake('alnum:48', 8)}/deep/x",
)
REPACKS = (
    ("-adfq", "--window=1"),
    ("-adfq", "--window=50", "--depth=50"),
    ("-dq",),
    (),
)


# Anchors of every kind: a head, a hint of a name or of an exchange, a value whose name stands lines above.
VENUES = (
    "KUCOIN_KEY={objectid}\nKUCOIN_SECRET={uuid}\nKUCOIN_PASSPHRASE=Tr4ding-b0t!",
    "exchange = krakenex.API('{base64:56}', '{base64:88}')",
    "# kraken",
    "x = 'mx0{alnum:15}'",
    "ccxt.okx({'apiKey': '{uuid}', 'secret': '{HEX:32}', 'password': 'Tr4ding-b0t!'})",
    "api_secret:\n  '{hex:64}'",
    "Exmo('K-{hex:40}', 'S-{hex:40}')",
    "bitmart:\n  api_key: {hex:40}\n  memo: bot1",
)


def edit(lines: list[str], rng: random.Random) -> None:
    """Plants, moves, splits, joins or cuts a value, or changes text around it."""
    at = rng.randrange(len(lines) + 1)
    value = fake("alnum:64", rng.randrange(4))
    match rng.randrange(13):
        case 0 if rng.random() < 0.3:
            lines.insert(at, f"BINANCE_API_KEY={value}")
        case 0:
            lines[at:at] = fill(rng.choice(VENUES), rng.randrange(3)).split("\n")
        case 1:
            lines.insert(at, f"  secret: '{value}'")
        case 2:
            lines[at:at] = fake("ed25519", rng.randrange(2)).split("\n")
        case 3 if lines:
            lines.insert(at, lines.pop(rng.randrange(len(lines))))
        case 4 if lines:
            place = rng.randrange(len(lines))
            cut = rng.randrange(len(lines[place]) + 1)
            lines[place : place + 1] = [lines[place][:cut], lines[place][cut:]]
        case 5 if len(lines) > 1:
            place = rng.randrange(len(lines) - 1)
            lines[place : place + 2] = [lines[place] + lines[place + 1]]
        case 7:
            lines.insert(at, f"  BINANCE_SECRET: {base64.b64encode(value.encode()).decode()}")
        case 8:
            half = rng.choice([20, 30, 32, 40])
            joint = rng.choice(['" + "', "'\\n   '", '" "', "\\\\\n"])
            lines[at:at] = f'binance_secret = "{value[:half]}{joint}{value[half:]}"'.split("\n")
        case 9:
            body = "".join(fake("ed25519", rng.randrange(2)).split("\n")[1:-1])
            lines.insert(at, f"binance_key={body}")
        case 10:
            form = rng.choice(["\\x{:02x}", "%{:02X}", "\\u{:04x}", "&#{};"])
            lines.insert(at, "binance_secret: " + "".join(map(form.format, value.encode())))
        case 11:
            lines.insert(at, "".join(f"{letter}\0" for letter in f"binance_secret: {value}"))
        case 6 if lines:
            place = rng.randrange(len(lines))
            lines[place] = lines[place][: rng.randrange(len(lines[place]) + 1)]
        case _:
            lines[at:at] = [f"line {rng.random()}" for _ in range(rng.randrange(1, 30))]


def files_in(folder: Path) -> list[str]:
    found = folder.rglob("*")
    names = (path.relative_to(folder).as_posix() for path in found if path.is_file())
    return sorted(name for name in names if not name.startswith(".git/"))


def packed(files: dict[str, list[str]]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in files.items():
            archive.writestr(zipfile.ZipInfo(name), "\n".join(lines))
    return data.getvalue()


def report(path: Path, **how: object) -> str:
    result = Scan(RULES, ScanOptions(**how), now=1_800_000_000).run([str(path)])  # type: ignore[arg-type]
    assert result.complete
    return render("json", result, RenderOptions(color=False, width=80))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 30), st.sampled_from(REPACKS), st.sampled_from(["sha1", "sha256"]))
def test_fast_and_full_reports_are_equal(seed: int, repack: tuple[str, ...], form: str) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo", object_format=form)
        files: dict[str, list[str]] = {name: [] for name in FILES}
        for number in range(12):
            name = rng.choice(FILES)
            for _ in range(rng.randrange(1, 4)):
                edit(files[name], rng)
            repo.write(name, "\n".join(files[name]))
            if number % 4 == 2:
                (repo.path / rng.choice(files_in(repo.path))).unlink()
                repo.write(rng.choice(NAMES), f"{rng.randrange(3)}")
            if number % 5 == 1:
                repo.write("dist/bot.whl", packed(files))
            repo.commit(f"change {number}\n\n{fake('alnum:64', 9) if number == 3 else ''}")
            if number == 6 and repack:
                repo.run("repack", *repack)
        if repack:
            repo.run("repack", *repack)
        full = report(repo.path, full=True)
        assert report(repo.path) == full
        assert report(repo.path, jobs=3) == full
        repo.git.close()
