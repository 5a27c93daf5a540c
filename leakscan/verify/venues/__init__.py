"""How each exchange is asked: a conversation of one request or two, and what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from leakscan.verify.keys import Keys
from leakscan.verify.venues import binance, bybit, gate, nonce, passphrase, tokens
from leakscan.verify.venues.conversation import Conversation, Moment

_SECRET = frozenset({"key", "secret"})
_PRIVATE = frozenset({"key", "private-key"})
_THREE = frozenset({"key", "secret", "passphrase"})


@dataclass(frozen=True, slots=True)
class Venue:
    """`ask` is the conversation; any of the sets of parts that it `needs` is enough; `is_test`: a network for tests."""

    ask: Callable[[Keys, Moment], Conversation] = field(repr=False)
    needs: tuple[frozenset[str], ...] = (_SECRET,)
    is_test: bool = False


_EITHER = (_SECRET, _PRIVATE)

VENUES: Mapping[str, Venue] = {
    "binance": Venue(binance.ask_restrictions, _EITHER),
    "binance-us": Venue(partial(binance.ask_account, "binance-us"), _EITHER),
    "binance-spot-testnet": Venue(
        partial(binance.ask_account, "binance-spot-testnet"), _EITHER, is_test=True
    ),
    "binance-futures-testnet": Venue(
        partial(binance.ask_account, "binance-futures-testnet"), _EITHER, is_test=True
    ),
    "mexc": Venue(binance.ask_mexc),
    "okx": Venue(passphrase.ask_okx, (_THREE,)),
    "okx-demo": Venue(partial(passphrase.ask_okx, demo=True), (_THREE,), is_test=True),
    "bitget": Venue(passphrase.ask_bitget, (_THREE, frozenset({"key", "private-key", "passphrase"}))),
    "kucoin": Venue(passphrase.ask_kucoin, (_THREE,)),
    "coinbase-exchange": Venue(passphrase.ask_coinbase_exchange, (_THREE,)),
    "coinbase": Venue(tokens.ask_coinbase, _EITHER),
    "bybit": Venue(bybit.ask_bybit, _EITHER),
    "bybit-testnet": Venue(bybit.ask_bybit_testnet, _EITHER, is_test=True),
    "bitmex": Venue(partial(bybit.ask_bitmex, "bitmex")),
    "bitmex-testnet": Venue(partial(bybit.ask_bitmex, "bitmex-testnet"), is_test=True),
    "gemini": Venue(partial(bybit.ask_gemini, "gemini")),
    "gemini-sandbox": Venue(partial(bybit.ask_gemini, "gemini-sandbox"), is_test=True),
    "bitstamp": Venue(bybit.ask_bitstamp),
    "kraken": Venue(nonce.ask_kraken),
    "kraken-futures": Venue(partial(nonce.ask_kraken_futures, "kraken-futures")),
    "kraken-futures-demo": Venue(partial(nonce.ask_kraken_futures, "kraken-futures-demo"), is_test=True),
    "bitfinex": Venue(nonce.ask_bitfinex),
    "cryptocom": Venue(nonce.ask_cryptocom),
    "deribit": Venue(partial(tokens.ask_deribit, "deribit")),
    "deribit-testnet": Venue(partial(tokens.ask_deribit, "deribit-testnet"), is_test=True),
    "gate": Venue(partial(gate.ask_gate, "gate")),
    "gate-testnet": Venue(partial(gate.ask_gate, "gate-testnet"), is_test=True),
    "htx": Venue(gate.ask_htx, _EITHER),
}
