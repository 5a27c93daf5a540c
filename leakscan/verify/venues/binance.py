"""Binance and who signs as it does: Binance.US, the test networks, MEXC.

binance-spot-api-docs rest-api.md (signing) and errors.md (codes); developers.binance.com/docs/wallet/account/
api-key-permission; mexcdevelop/apidocs and www.mexc.com/api-docs/spot-v3/error-code (read 2026-09 to 2026-11)."""

from __future__ import annotations

from dataclasses import replace

from leakscan.verdict import Verification
from leakscan.verify.allowed import Request, encode, request
from leakscan.verify.answers import Answer, Meaning, active, day_of, error, meaning
from leakscan.verify.keys import Keys, base64_text
from leakscan.verify.venues.conversation import Conversation, Moment

_WINDOW_MS = "10000"
_NO_ZEROS = ("omitZeroBalances", "true")
_ERRORS: dict[str, Meaning] = {
    "-2014": "no key",  # the format of the key is none of theirs
    "-2008": "no key",
    "-2015": "unclear",
    "-1022": "wrong secret",
    "-1021": "clock",
    "-1005": "address",
    "-2017": "locked",
}
_MEXC_ERRORS: dict[str, Meaning] = {
    "10072": "no key",
    "700001": "no key",  # the format of the key is none of theirs
    "402": "dead",
    "602": "wrong secret",
    "700002": "wrong secret",
    "406": "address",
    "700006": "address",
    "700007": "permission",
    "700003": "clock",
}
_TRADING = (
    "enableSpotAndMarginTrading",
    "enableMargin",
    "enableFutures",
    "enableVanillaOptions",
    "enablePortfolioMarginTrading",
    "enableFixApiTrade",
)


def ask_restrictions(keys: Keys, now: Moment) -> Conversation:
    """What the key may do, as its owner set it. A key that is not taken may be one of the test network."""
    said = _restrictions((yield _signed("binance", keys, now)))
    if said in (meaning("no key"), meaning("unclear")):
        tested = _account((yield _spot_testnet(keys, now)), _ERRORS)
        return replace(tested, is_test=True) if tested.status == "active" else said
    return said


def _restrictions(answer: Answer) -> Verification:
    if not isinstance(answer.at("ipRestrict"), bool):
        return error(answer, _ERRORS, "code")
    until = answer.at("tradingAuthorityExpirationTime")
    trades_until = day_of(until / 1000) if isinstance(until, int | float) else ""
    return active(
        [
            ("read", answer.is_set("enableReading")),
            ("withdraw", answer.is_set("enableWithdrawals")),
            ("transfer", answer.is_set("enableInternalTransfer")),
            ("transfer", answer.is_set("permitsUniversalTransfer")),
            *(("trade", answer.is_set(name)) for name in _TRADING),
        ],
        ip_restricted=answer.at("ipRestrict") is True,
        reason=f"it may trade until {trades_until}" if trades_until else "",
    )


def ask_account(name: str, keys: Keys, now: Moment) -> Conversation:
    """What the account may do: where the key's own rights cannot be asked for."""
    zero = () if name == "binance-futures-testnet" else (_NO_ZEROS,)
    return _account((yield _signed(name, keys, now, *zero)), _ERRORS)


def ask_mexc(keys: Keys, now: Moment) -> Conversation:
    return _account((yield _signed("mexc", keys, now, header="x-mexc-apikey")), _MEXC_ERRORS)


def _account(answer: Answer, errors: dict[str, Meaning]) -> Verification:
    if not isinstance(answer.at("canTrade"), bool):
        return error(answer, errors, "code")
    return active(
        [
            ("read", True),
            ("trade", answer.is_set("canTrade")),
            ("withdraw", answer.is_set("canWithdraw")),
        ],
        reason="what the account may do; what the key may do of that, the exchange does not say",
    )


def _spot_testnet(keys: Keys, now: Moment) -> Request:
    return _signed("binance-spot-testnet", keys, now, _NO_ZEROS)


def _signed(
    name: str, keys: Keys, now: Moment, *more: tuple[str, str], header: str = "x-mbx-apikey"
) -> Request:
    query = (*more, ("recvWindow", _WINDOW_MS), ("timestamp", now.ms))
    message = encode(query).encode()
    signature = base64_text(keys.sign(message)) if keys.private_key else keys.hmac(message).hex()
    return request(name, query=(*query, ("signature", signature)), headers={header: keys.name})
