"""What each exchange documents: how a request is signed, how an account answers, what an error looks like.

Written from the documentation (docs/verify.md names it), apart from the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from leakscan.model import Secret
from leakscan.rules.fake import fake
from leakscan.verify.keys import Keys
from tests.unit.verify.exchange import Reply, Seen

DAY = "2027-01-31"


class Refused(Exception):
    """The error that the exchange answers."""

    def __init__(self, status: int, content: Any) -> None:
        self.reply = (status, content)


@dataclass
class Account:
    """One credential as the exchange knows it. `checks` raises Refused for what is not rightly signed; `answers`: for
    each path what it answers then; `now`: its clock."""

    key: str
    secret: str
    answers: dict[str, Any]
    checks: Callable[[Account, Seen], None]
    passphrase: str = ""
    private_key: str = ""
    now: Callable[[], float] = lambda: 0.0
    status: int = 200
    by_secret: bool = False  # the private key is the secret itself

    def reply(self, seen: Seen) -> Reply:
        try:
            self.checks(self, seen)
        except Refused as refused:
            return refused.reply
        return self.status, self.answers[seen.path]

    def keys(self, **changed: str) -> Keys:
        held = {
            "key": self.key,
            "secret": self.secret if self.by_secret or not self.private_key else "",
            "passphrase": self.passphrase,
            "private_key": "" if self.by_secret else self.private_key,
            **changed,
        }
        return Keys(**{name: Secret(value.encode()) for name, value in held.items() if value})

    def mac(self, message: str | bytes, digest: str = "sha256", *, decoded: bool = False) -> bytes:
        key = base64.b64decode(self.secret) if decoded else self.secret.encode()
        return hmac.new(key, message if isinstance(message, bytes) else message.encode(), digest).digest()

    def signed(self, signature: str, message: str) -> bool:
        """By HMAC in hexadecimal, or by the private key in base64."""
        if not self.private_key:
            return hmac.compare_digest(signature, self.mac(message).hex())
        return is_signed(self.private_key, base64.b64decode(signature), message.encode())


def is_signed(pem: str, signature: bytes, message: bytes) -> bool:
    public = load_pem_private_key(pem.encode(), None).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, message)
        else:
            assert isinstance(public, ec.EllipticCurvePublicKey)
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def binance(account: Account, seen: Seen) -> None:
    """Query and signature; the signature comes last."""
    query, _, signature = seen.query.rpartition("&signature=")
    if seen.headers.get("x-mbx-apikey", seen.headers.get("x-mexc-apikey")) != account.key:
        code = {"api.mexc.com": 10072}.get(seen.host, -2008)
        raise Refused(400, {"code": code, "msg": "Invalid Api-Key ID."})
    if not account.signed(unquote(signature), query):
        code = {"api.mexc.com": 700002}.get(seen.host, -1022)
        raise Refused(400, {"code": code, "msg": "Signature for this request is not valid."})
    sent = parse_qs(query)
    if not -1000 < account.now() * 1000 - int(sent["timestamp"][0]) <= int(sent["recvWindow"][0]):
        code = {"api.mexc.com": 700003}.get(seen.host, -1021)
        raise Refused(400, {"code": code, "msg": "Timestamp for this request is outside of the recvWindow."})


def passphrased(
    prefix: str, codes: Mapping[str, str], *, decoded: bool = False, hashed: bool = False, field: str = "code"
) -> Callable[[Account, Seen], None]:
    """PREFIX-key, -sign over time, method and path, -timestamp, -passphrase."""

    def check(account: Account, seen: Seen) -> None:
        header = {
            name: seen.headers.get(f"{prefix}-{name}", "")
            for name in ("key", "sign", "passphrase", "timestamp")
        }
        header["key"] = header["key"] or seen.headers.get(f"{prefix}-api-key", "")
        for part in ("sign", "passphrase", "timestamp"):
            header[part] = header[part] or seen.headers.get(f"{prefix}-api-{part}", "")
        if header["key"] != account.key:
            raise Refused(401, {field: codes["key"]})
        message = f"{header['timestamp']}{seen.method}{seen.path}"
        if account.private_key:
            right = is_signed(account.private_key, base64.b64decode(header["sign"]), message.encode())
        else:
            right = header["sign"] == b64(account.mac(message, decoded=decoded))
        if not right:
            raise Refused(401, {field: codes["sign"]})
        wanted = b64(account.mac(account.passphrase)) if hashed else account.passphrase
        if header["passphrase"] != wanted:
            raise Refused(401, {field: codes["passphrase"]})

    return check


def okx_demo(account: Account, seen: Seen) -> None:
    OKX(account, seen)
    if seen.headers.get("x-simulated-trading") != "1":
        raise Refused(401, {"code": "50101", "msg": "APIKey does not match current environment."})


def bybit(account: Account, seen: Seen) -> None:
    get = seen.headers.get
    if get("x-bapi-api-key") != account.key:
        raise Refused(200, {"retCode": 10003, "retMsg": "API key is invalid."})
    message = f"{get('x-bapi-timestamp')}{account.key}{get('x-bapi-recv-window')}{seen.query}"
    if not account.signed(get("x-bapi-sign", ""), message):
        raise Refused(200, {"retCode": 10004, "retMsg": "error sign!"})


def kraken(account: Account, seen: Seen) -> None:
    """API-Sign: HMAC-SHA512 of the path and SHA-256 of nonce and body."""
    if seen.headers["api-key"] != account.key:
        raise Refused(200, {"error": ["EAPI:Invalid key"]})
    nonce = parse_qs(seen.body.decode())["nonce"][0].encode()
    message = seen.path.encode() + hashlib.sha256(nonce + seen.body).digest()
    if seen.headers["api-sign"] != b64(account.mac(message, "sha512", decoded=True)):
        raise Refused(200, {"error": ["EAPI:Invalid signature"]})


def kraken_futures(account: Account, seen: Seen) -> None:
    digest = hashlib.sha256((seen.headers.get("nonce", "") + seen.path).encode()).digest()
    right = seen.headers["authent"] == b64(account.mac(digest, "sha512", decoded=True))
    if seen.headers["apikey"] != account.key or not right:
        raise Refused(401, {"error": "authenticationError", "message": "", "suberror": None})


def coinbase(account: Account, seen: Seen) -> None:
    """A token whose claims fit this very request, signed by the key that `kid` names."""
    scheme, _, token = seen.headers["authorization"].partition(" ")
    head, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")
    )
    held, said = json.loads(head), json.loads(claims)
    right = (
        scheme == "Bearer"
        and held["kid"] == said["sub"] == account.key
        and said["iss"] == "cdp"
        and said["nbf"] <= account.now() + 1 < said["exp"] <= said["nbf"] + 120
        and said["uri"] == f"{seen.method} {seen.host}{seen.path}"
        and held["alg"] in ("ES256", "EdDSA")
        and is_signed(account.private_key, signature, token.rpartition(".")[0].encode())
    )
    if not right:
        raise Refused(401, "Unauthorized")


def gate(account: Account, seen: Seen) -> None:
    empty = hashlib.sha512(b"").hexdigest()
    message = f"{seen.method}\n{seen.path}\n{seen.query}\n{empty}\n{seen.headers['timestamp']}"
    if seen.headers["key"] != account.key:
        raise Refused(401, {"label": "INVALID_KEY", "message": "Invalid key provided"})
    if seen.headers["sign"] != account.mac(message, "sha512").hex():
        raise Refused(401, {"label": "INVALID_SIGNATURE", "message": "Signature mismatch"})


def htx(account: Account, seen: Seen) -> None:
    query, _, signature = seen.query.rpartition("&Signature=")
    sent = parse_qs(query)
    if sent["AccessKeyId"] != [account.key]:
        raise Refused(200, _htx_error("Incorrect Access key [Access key错误]"))
    assert query.split("&") == sorted(query.split("&"))
    message = f"{seen.method}\n{seen.host}\n{seen.path}\n{query}"
    if account.private_key:
        assert sent["SignatureMethod"] == ["Ed25519"]
        right = is_signed(account.private_key, base64.b64decode(unquote(signature)), message.encode())
    else:
        assert sent["SignatureMethod"] == ["HmacSHA256"]
        right = unquote(signature) == b64(account.mac(message))
    if not right:
        raise Refused(200, _htx_error("Signature not valid: Verification failure [校验失败]"))


def _htx_error(text: str) -> dict[str, Any]:
    return {"status": "error", "err-code": "api-signature-not-valid", "err-msg": text, "data": None}


def bitfinex(account: Account, seen: Seen) -> None:
    if seen.headers["bfx-apikey"] != account.key:
        raise Refused(500, ["error", 10100, "apikey: invalid"])
    message = f"/api{seen.path}{seen.headers['bfx-nonce']}{seen.body.decode()}"
    if seen.headers["bfx-signature"] != account.mac(message, "sha384").hex():
        raise Refused(500, ["error", 10100, "apikey: digest invalid"])


def deribit(account: Account, seen: Seen) -> None:
    sent = {name: values[0] for name, values in parse_qs(seen.query, keep_blank_values=True).items()}
    message = f"{sent['timestamp']}\n{sent['nonce']}\n{sent['data']}"
    right = sent["signature"] == account.mac(message).hex() and sent["client_id"] == account.key
    if sent["grant_type"] != "client_signature" or not right:
        raise Refused(400, {"error": {"code": 13004, "message": "invalid_credentials"}})


def cryptocom(account: Account, seen: Seen) -> None:
    sent = json.loads(seen.body)
    assert sent["params"] == {}
    message = f"{sent['method']}{sent['id']}{sent['api_key']}{sent['nonce']}"
    if sent["api_key"] != account.key or sent["sig"] != account.mac(message).hex():
        raise Refused(401, {"code": 40101, "message": "Unauthorized"})


def bitmex(account: Account, seen: Seen) -> None:
    get = seen.headers.get
    if get("api-key") != account.key:
        raise Refused(401, {"error": {"message": "Invalid API Key.", "name": "HTTPError"}})
    if int(get("api-expires", "0")) < account.now():
        raise Refused(401, {"error": {"message": "This request has expired", "name": "HTTPError"}})
    if get("api-signature") != account.mac(f"{seen.method}{seen.path}{get('api-expires')}").hex():
        raise Refused(401, {"error": {"message": "Signature not valid.", "name": "HTTPError"}})


def gemini(account: Account, seen: Seen) -> None:
    if seen.headers["x-gemini-apikey"] != account.key:
        raise Refused(400, {"result": "error", "reason": "InvalidApiKey", "message": ""})
    payload = seen.headers["x-gemini-payload"]
    assert json.loads(base64.b64decode(payload))["request"] == seen.path
    assert seen.body == b""
    if seen.headers["x-gemini-signature"] != account.mac(payload, "sha384").hex():
        raise Refused(400, {"result": "error", "reason": "InvalidSignature", "message": ""})


def bitstamp(account: Account, seen: Seen) -> None:
    get = seen.headers.get
    if get("x-auth") != f"BITSTAMP {account.key}":
        raise Refused(403, {"status": "error", "reason": "API key not found", "code": "API0001"})
    assert "content-type" not in seen.headers
    assert re.fullmatch(r"[0-9a-f-]{36}", get("x-auth-nonce", ""))
    message = (
        f"BITSTAMP {account.key}{seen.method}{seen.host}{seen.path}{seen.query}"
        f"{get('x-auth-nonce')}{get('x-auth-timestamp')}v2"
    )
    if get("x-auth-signature") != account.mac(message).hex():
        raise Refused(403, {"status": "error", "reason": "Invalid signature", "code": "API0005"})


OKX = passphrased("ok-access", {"key": "50111", "sign": "50113", "passphrase": "50105"})
BITGET = passphrased("access", {"key": "40006", "sign": "40009", "passphrase": "40012"})
KUCOIN = passphrased("kc", {"key": "400003", "sign": "400005", "passphrase": "400004"}, hashed=True)
COINBASE_EXCHANGE = passphrased(
    "cb-access",
    {"key": "Invalid API Key", "sign": "invalid signature", "passphrase": "Invalid Passphrase"},
    decoded=True,
    field="message",
)
BINANCE_RIGHTS = {
    "ipRestrict": False,
    "createTime": 1698645219000,
    "enableReading": True,
    "enableWithdrawals": True,
    "enableInternalTransfer": False,
    "enableMargin": False,
    "enableFutures": False,
    "permitsUniversalTransfer": False,
    "enableVanillaOptions": False,
    "enableFixApiTrade": False,
    "enableFixReadOnly": True,
    "enableSpotAndMarginTrading": True,
    "enablePortfolioMarginTrading": False,
}
SPOT = {"canTrade": True, "canWithdraw": False, "canDeposit": True, "permissions": ["SPOT"], "balances": []}
BYBIT_RIGHTS = {
    "retCode": 0,
    "retMsg": "",
    "result": {
        "readOnly": 0,
        "permissions": {
            "ContractTrade": ["Order", "Position"],
            "Spot": ["SpotTrade"],
            "Wallet": ["AccountTransfer", "Withdraw"],
        },
        "ips": ["*"],
        "expiredAt": f"{DAY}T09:00:00Z",
        "deadlineDay": 83,
    },
}


@dataclass(frozen=True)
class Case:
    """An account of an exchange that works, and the verdict on it: permissions, whether from listed addresses only, the
    last day. `refusals`: which part is wrong -> the status that follows; `calls`: how many requests it takes."""

    exchange: str
    account: Account
    permissions: tuple[str, ...]
    ip_restricted: bool | None = None
    expires: str = ""
    refusals: Mapping[str, str] = field(default_factory=dict)
    calls: int = 1


TOLD = {"key": "inactive", "secret": "unknown"}
UNTOLD = {"key": "unknown", "secret": "unknown"}
NO_SECRET = {"key": "inactive"}
THREE = {**TOLD, "passphrase": "unknown"}


def cases() -> dict[str, Case]:
    """By a name of the test; new accounts each time, for they may be changed."""
    both = ("read", "trade")
    every = ("read", "trade", "withdraw")
    key, secret = fake("alnum:64", 1), fake("alnum:64", 2)
    base64_64, base64_32 = fake("base64:86", 3) + "==", fake("base64:43", 4) + "="
    base64_64 = b64(hashlib.sha512(base64_64.encode()).digest())
    rsa_pem, ed_pem, ec_pem = fake("rsa:2048", 5), fake("ed25519", 6), fake("ec:pkcs1", 7)
    seed = hashlib.sha256(base64_32.encode()).digest()
    seed_key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    uuid = "{0}-{1}-4{2}-8{2}-{3}".format(
        fake("hex:8", 8), fake("hex:4", 9), fake("hex:3", 10), fake("hex:12", 11)
    )
    restrictions, v3 = "/sapi/v1/account/apiRestrictions", "/api/v3/account"
    return {
        "binance": Case(
            "binance", Account(key, secret, {restrictions: BINANCE_RIGHTS}, binance), every, False
        ),
        "binance RSA": Case(
            "binance",
            Account(key, "", {restrictions: BINANCE_RIGHTS}, binance, private_key=rsa_pem),
            every,
            False,
        ),
        "binance Ed25519": Case(
            "binance",
            Account(key, "", {restrictions: BINANCE_RIGHTS}, binance, private_key=ed_pem),
            every,
            False,
        ),
        "binance-us": Case("binance-us", Account(key, secret, {v3: SPOT}, binance), both),
        "binance-spot-testnet": Case("binance-spot-testnet", Account(key, secret, {v3: SPOT}, binance), both),
        "binance-futures-testnet": Case(
            "binance-futures-testnet",
            Account(fake("hex:64", 1), fake("hex:64", 2), {"/fapi/v2/account": SPOT}, binance),
            both,
        ),
        "mexc": Case(
            "mexc", Account("mx0v" + fake("alnum:14", 1), fake("hex:32", 2), {v3: SPOT}, binance), both
        ),
        "okx": Case(
            "okx",
            Account(
                uuid,
                fake("hex:32", 2).upper(),
                {
                    "/api/v5/account/config": {
                        "code": "0",
                        "data": [{"perm": "read_only,withdraw", "ip": "1.2.3.4"}],
                    }
                },
                OKX,
                "Tuna.fish-7",
            ),
            ("read", "withdraw"),
            True,
            refusals=THREE,
        ),
        "okx of the demo": Case(
            "okx",
            Account(
                uuid,
                fake("hex:32", 2).upper(),
                {"/api/v5/account/config": {"code": "0", "data": [{"perm": "read_only,trade", "ip": ""}]}},
                okx_demo,
                "Tuna.fish-7",
            ),
            both,
            False,
            refusals=THREE,
            calls=2,
        ),
        "bitget": Case(
            "bitget",
            Account(
                "bg_" + fake("hex:32", 1),
                fake("hex:64", 2),
                {
                    "/api/v2/spot/account/info": {
                        "code": "00000",
                        "data": {"authorities": ["coow", "wwow"], "ips": ""},
                    }
                },
                BITGET,
                "tunafish",
            ),
            every,
            False,
            refusals=THREE,
        ),
        "bitget RSA": Case(
            "bitget",
            Account(
                "bg_" + fake("hex:32", 1),
                "",
                {
                    "/api/v2/spot/account/info": {
                        "code": "00000",
                        "data": {"authorities": ["coor"], "ips": "1.2.3.4"},
                    }
                },
                BITGET,
                "tunafish",
                rsa_pem,
            ),
            ("read",),
            True,
        ),
        "kucoin": Case(
            "kucoin",
            Account(
                f"{1_600_000_000:08x}" + fake("hex:16", 1),
                uuid,
                {
                    "/api/v1/user/api-key": {
                        "code": "200000",
                        "data": {"permission": "General, Spot, InnerTransfer", "ipWhitelist": "1.2.3.4"},
                    }
                },
                KUCOIN,
                "tuna-fish",
            ),
            ("read", "trade", "transfer"),
            True,
            refusals=THREE,
        ),
        "coinbase-exchange": Case(
            "coinbase-exchange",
            Account(fake("hex:32", 1), base64_64, {"/accounts": [{"id": "1"}]}, COINBASE_EXCHANGE, "tuna"),
            (),
            refusals=THREE,
        ),
        "bybit": Case(
            "bybit",
            Account(fake("alnum:18", 1), fake("alnum:36", 2), {"/v5/user/query-api": BYBIT_RIGHTS}, bybit),
            ("read", "trade", "transfer", "withdraw"),
            False,
            DAY,
        ),
        "bybit RSA": Case(
            "bybit",
            Account(
                fake("alnum:18", 1), "", {"/v5/user/query-api": BYBIT_RIGHTS}, bybit, private_key=rsa_pem
            ),
            ("read", "trade", "transfer", "withdraw"),
            False,
            DAY,
        ),
        "kraken": Case(
            "kraken",
            Account(
                fake("base64:56", 1),
                base64_64,
                {
                    "/0/private/GetApiKeyInfo": {
                        "error": [],
                        "result": {"permissions": ["query-funds", "modify-trades", "withdraw-funds"]},
                    }
                },
                kraken,
            ),
            every,
        ),
        "kraken-futures": Case(
            "kraken-futures",
            Account(
                fake("base64:56", 1),
                base64_64,
                {
                    "/api/auth/v1/api-keys/v3/check": {
                        "permissions": {"general": "FULL_ACCESS", "transfer": "NO_ACCESS"},
                        "allowedCidrBlock": None,
                        "allowedCidrBlocks": ["192.168.0.0/16"],
                    }
                },
                kraken_futures,
            ),
            both,
            True,
            refusals=UNTOLD,
        ),
        "coinbase ES256": Case(
            "coinbase", _coinbase(uuid, ec_pem), ("read", "trade"), refusals={"key": "unknown"}
        ),
        "coinbase Ed25519": Case(
            "coinbase", _coinbase(uuid, ed_pem), ("read", "trade"), refusals={"key": "unknown"}
        ),
        "coinbase seed": Case(
            "coinbase",
            replace(_coinbase(uuid, _pem(seed_key)), secret=b64(seed), by_secret=True),
            both,
            refusals={"key": "unknown"},
        ),
        "gate": Case(
            "gate",
            Account(
                fake("hex:32", 1),
                fake("hex:64", 2),
                {
                    "/api/v4/account/detail": {"user_id": 1667201533, "ip_whitelist": []},
                    "/api/v4/account/main_keys": [
                        {"state": 1, "key": fake("hex:12", 99) + "*****", "perms": []},
                        {
                            "state": 1,
                            "key": fake("hex:32", 1)[:12] + "*****",
                            "perms": [
                                {"name": "spot", "read_only": False},
                                {"name": "withdraw", "read_only": False},
                                {"name": "wallet", "read_only": True},
                            ],
                        },
                    ],
                },
                gate,
            ),
            every,
            False,
            calls=2,
        ),
        "htx": Case("htx", _htx(""), both, True, calls=2),
        "htx Ed25519": Case("htx", _htx(ed_pem), both, True, calls=2),
        "bitfinex": Case(
            "bitfinex",
            Account(
                fake("alnum:43", 1),
                fake("alnum:43", 2),
                {"/v2/auth/r/permissions": [["account", 1, 0], ["orders", 1, 1], ["withdraw", 0, 1]]},
                bitfinex,
            ),
            every,
        ),
        "deribit": Case(
            "deribit",
            Account(
                fake("alnum:8", 1),
                fake("alnum:43", 2),
                {
                    "/api/v2/public/auth": {
                        "result": {
                            "scope": "account:read trade:read_write wallet:none",
                            "access_token": "not to be kept",
                            "expires_in": 900,
                        }
                    }
                },
                deribit,
            ),
            both,
            refusals=UNTOLD,
        ),
        "cryptocom": Case(
            "cryptocom",
            Account(
                fake("alnum:22", 1),
                "cxakp_" + fake("alnum:22", 2),
                {"/exchange/v1/private/user-balance": {"id": 1, "code": 0, "result": {"data": []}}},
                cryptocom,
            ),
            (),
            refusals=UNTOLD,
        ),
        "bitmex": Case("bitmex", _bitmex(), every, True),
        "gemini": Case(
            "gemini",
            Account(
                "account-" + fake("alnum:20", 1),
                fake("alnum:28", 2),
                {"/v1/roles": {"isAuditor": False, "isFundManager": False, "isTrader": True}},
                gemini,
            ),
            both,
        ),
        "bitstamp": Case(
            "bitstamp",
            Account(
                fake("alnum:32", 1),
                fake("alnum:32", 2),
                {"/api/v2/account_balances/": [{"currency": "usd", "total": "1.00"}]},
                bitstamp,
            ),
            (),
        ),
    }


def _pem(key: ed25519.Ed25519PrivateKey) -> str:
    from cryptography.hazmat.primitives import serialization as ser

    return key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()).decode()


def _coinbase(uuid: str, pem: str) -> Account:
    answer = {"can_view": True, "can_trade": True, "can_transfer": False, "portfolio_uuid": uuid}
    name = f"organizations/{uuid}/apiKeys/{uuid}"
    return Account(name, "", {"/api/v3/brokerage/key_permissions": answer}, coinbase, private_key=pem)


def _htx(pem: str) -> Account:
    key = {
        "accessKey": "x",
        "status": "normal",
        "permission": "readOnly,trade",
        "ipAddresses": "1.1.1.1",
        "validDays": -1,
    }
    return Account(
        "-".join([fake("hex:10", 1), fake("hex:8", 2), fake("hex:8", 3), fake("hex:5", 4)]),
        "-".join([fake("hex:8", 5), fake("hex:8", 6), fake("hex:8", 7), fake("hex:5", 8)]),
        {"/v2/user/uid": {"code": 200, "data": 63628520}, "/v2/user/api-key": {"code": 200, "data": [key]}},
        htx,
        private_key=pem,
    )


def _bitmex() -> Account:
    key = fake("alnum:24", 1)
    listed = [
        {"id": fake("alnum:24", 9), "permissions": [], "enabled": True, "cidrs": []},
        {"id": key, "permissions": ["order", "withdraw"], "enabled": True, "cidrs": ["1.2.3.4/32"]},
    ]
    return Account(key, fake("alnum:48", 2), {"/api/v1/apiKey": listed}, bitmex)
