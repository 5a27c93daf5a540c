"""Settings as people write them: the parts of a credential among symbols, limits, and values that only look alike."""

from __future__ import annotations

from benchmarks.quality.decoys import decoy_setting
from benchmarks.quality.page import Page, Setting

BESIDE = ("beside", "one-part")  # the exchange is part of the names
FILLER = (
    ("symbol", "BTCUSDT", False),
    ("quote_currency", "USDT", False),
    ("timeframe", "15m", False),
    ("leverage", "5", True),
    ("testnet", "false", True),
    ("sandbox", "false", True),
    ("dry_run", "false", True),
    ("log_level", "info", False),
    ("recv_window", "5000", True),
    ("max_open_trades", "3", True),
    ("stake_amount", "120.5", True),
    ("rate_limit", "1200", True),
    ("stop_loss", "0.025", True),
    ("take_profit", "0.04", True),
    ("interval", "60", True),
    ("timezone", "Europe/Vienna", False),
    ("db_path", "data/trades.sqlite", False),
    ("strategy", "GridTrading", False),
    ("enable_rate_limit", "true", True),
    ("order_type", "limit", False),
    ("webhook_port", "8080", True),
    ("account_type", "spot", False),
)
SHORT_NAMES = {
    "key": "key",
    "secret": "secret",
    "passphrase": "passphrase",
    "user-id": "uid",
    "private-key": "secret",
}
NAMING = ("exchange", "exchange_name", "exchange_id", "venue", "broker", "provider", "market")
HOSTS = ("base_url", "api_url", "endpoint", "rest_url", "host")
COMMENTS = (
    "{name} account",
    "{name} API credentials",
    "{name}",
    "--- {name} ---",
    "key for {name}, trade only",
)


def label_of(page: Page) -> str:
    """The exchange as people write it in comments: `Kraken Futures`."""
    return " ".join(word.capitalize() for word in page.venue.prefix[0].split("_"))


def prefix_of(page: Page) -> str:
    """The exchange as it stands in names, snake case, the same for the whole page."""
    return (
        page.venue.prefix[page.turn % len(page.venue.prefix)]
        if page.difficulty in BESIDE
        else page.venue.prefix[0]
    )


def part_names(page: Page) -> dict[str, str]:
    """What the parts are called here, snake case, in one manner; with the exchange where the difficulty says so."""
    column = page.rng.randrange(4)
    names = {}
    for part in page.parts:
        choices = page.venue.names_of(part)
        names[part] = choices[min(column, len(choices) - 1)]
    if page.difficulty in BESIDE:
        return {part: f"{prefix_of(page)}_{name}" for part, name in names.items()}
    if page.difficulty == "unnamed":  # so that a reader still sees what it is
        return {part: name if "api" in name or "_" in name else f"api_{name}" for part, name in names.items()}
    return names


def mention(page: Page, *, comments: bool = True) -> list[Setting]:
    """What names the exchange before its parts; nothing where the names, the section or the path do."""
    if page.difficulty == "above":
        if comments and page.rng.random() < 0.6:
            return [Setting("", page.pick(*COMMENTS).format(name=label_of(page)))]
        return [Setting(page.pick(*NAMING), page.pick(*page.venue.ccxt or (prefix_of(page),)))]
    if page.difficulty == "host":
        return [Setting(page.pick(*HOSTS), page.pick(*page.venue.hosts))]
    return []


def filler(page: Page, most: int) -> list[Setting]:
    return [Setting(*choice) for choice in page.rng.sample(FILLER, page.rng.randint(0, most))]


def credential(page: Page) -> list[Setting]:
    """The parts alone."""
    names = part_names(page)
    return [Setting(names[part], page.secret(part)) for part in page.parts]


def settings(page: Page, *, comments: bool = True) -> list[Setting]:
    """The parts among other settings; now and then with a decoy."""
    between = filler(page, 1) if page.difficulty != "beside" else []
    around = filler(page, 3)
    if page.rng.random() < 0.6:
        around.append(decoy_setting(page))
    before, after = around[::2], around[1::2]
    return _once([*before, *mention(page, comments=comments), *between, *credential(page), *after])


def _once(settings: list[Setting]) -> list[Setting]:
    seen: set[str] = set()
    return [s for s in settings if not s.name or not (s.name in seen or seen.add(s.name))]  # type: ignore[func-returns-value]


def cased(name: str, case: str) -> str:
    """`binance_api_key` as UPPER, snake, camel, Pascal, kebab or dotted."""
    words = [word for word in name.split("_") if word]
    match case:
        case "UPPER":
            return "_".join(words).upper()
        case "camel":
            return words[0] + "".join(word.capitalize() for word in words[1:])
        case "Pascal":
            return "".join(word.capitalize() for word in words)
        case "kebab":
            return "-".join(words)
        case "dotted":
            return ".".join(words)
        case _:
            return "_".join(words)


def literal(text: str, quote: str = '"') -> str:
    """In quotes; line ends and the quote escaped as most languages do."""
    if "\n" in text:
        return '"' + text.replace("\n", "\\n") + '"'
    return f"{quote}{text}{quote}"
