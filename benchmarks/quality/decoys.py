"""Values that look alike and are no exchange's credentials, with the names that they go by."""

from __future__ import annotations

import base64
import json

from benchmarks.quality.page import Page, Setting
from benchmarks.quality.values import pem

# kind: names, shapes; what a careful reviewer of exchange credentials leaves alone
HARMLESS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "listen-key": (("listen_key", "user_stream_listen_key"), ("{alnum:64}",)),
    "signature": (
        ("signature", "request_signature", "expected_signature"),
        ("{hex:64}", "{bytes:32}", "{hex:128}"),
    ),
    "order-id": (
        ("order_id", "client_order_id", "last_order_id"),
        ("{uuid}", "x-{alnum:22}", "web_{hex:32}", "{digits:18}"),
    ),
    "transaction": (("tx_hash", "txid", "withdrawal_tx"), ("0x{hex:64}", "{hex:64}", "{base58:88}")),
    "address": (
        ("deposit_address", "wallet_address", "token_contract"),
        ("0x{hex:40}", "1{base58:33}", "T{base58:33}", "{base58:44}"),
    ),
    "digest": (
        ("sha256", "checksum", "image_digest", "model_hash"),
        ("{hex:64}", "sha256:{hex:64}", "{hex:32}"),
    ),
    "commit": (("commit", "git_sha", "revision"), ("{hex:40}",)),
    "request-id": (("request_id", "trace_id", "session_id", "run_id"), ("{uuid}", "{hex:32}", "{alnum:22}")),
    "cursor": (("next_page_cursor", "cursor", "etag"), ("{base64:60}", "{alnum:64}", "{b64url:43}")),
    "cache-key": (("cache_key", "s3_key", "redis_key"), ("klines/BTCUSDT/{hex:32}", "candles:{hex:40}")),
    "path": (
        ("private_key_path", "api_key_file", "secrets_file"),
        ("/run/secrets/{hex:8}/api_key", "keys/{word}.pem"),
    ),
    "password-hash": (("password_hash", "admin_password_hash"), ("$2b$12${alnum:53}",)),
    "channel-key": (("pusher_key", "pusher_app_key", "pubnub_subscribe_key"), ("{hex:20}", "sub-c-{uuid}")),
    "socket-token": (("ws_token", "session_token", "connect_id"), ("{b64url:43}", "{uuid}", "{bytes:32}")),
    "pinned-key": (("pinned_public_key", "spki_pin"), ("{bytes:32}", "sha256/{bytes:32}")),
    "program": (("program_id", "pool_public_key", "mint"), ("{base58:44}", "{base58:43}")),
    "public-key": (("public_key", "ssh_public_key"), ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base64:43}",)),
}
# secrets of other services: a general scanner is right to report them, a scanner of exchange credentials is not
FOREIGN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "jwt-secret": (
        ("jwt_secret", "session_secret", "cookie_secret"),
        ("{alnum:64}", "{hex:64}", "{bytes:32}"),
    ),
    "telegram": (("telegram_token", "telegram_bot_token", "tg_token"), ("{digits:10}:AA{b64url:33}",)),
    "discord": (
        ("discord_webhook", "discord_webhook_url"),
        ("https://discord.com/api/webhooks/{digits:18}/{b64url:68}",),
    ),
    "slack": (("slack_token", "slack_bot_token"), ("xoxb-{digits:11}-{digits:12}-{alnum:24}",)),
    "aws": (("aws_secret_access_key",), ("{base64:40}",)),
    "github": (("github_token", "gh_token"), ("ghp_{alnum:36}",)),
    "google-gemini": (("gemini_api_key", "google_api_key"), ("AIza{b64url:35}",)),
    "openai": (("openai_api_key",), ("sk-{alnum:48}", "sk-proj-{b64url:120}")),
    "etherscan": (("etherscan_api_key", "bscscan_api_key"), ("{UPPER:34}",)),
    "market-data": (
        (
            "coinmarketcap_api_key",
            "cryptocompare_api_key",
            "coingecko_api_key",
            "taapi_secret",
            "glassnode_api_key",
        ),
        ("{uuid}", "{hex:64}", "CG-{alnum:24}", "{alnum:27}"),
    ),
    "other-exchange-word": (("openexchangerates_api_key", "exchangerate_app_id"), ("{hex:32}", "{hex:24}")),
    "coverage": (("coveralls_repo_token", "codecov_token"), ("{alnum:33}", "{uuid}")),
    "node": (("infura_project_id", "alchemy_api_key", "infura_secret"), ("{hex:32}", "{b64url:32}")),
    "mail": (("sendgrid_api_key", "mailgun_api_key"), ("SG.{b64url:22}.{b64url:43}", "key-{hex:32}")),
    "database": (("database_url", "mongo_uri"), ("postgresql://trader:{alnum:24}@db:5432/trades",)),
    "database-password": (
        ("db_password", "redis_password", "mysql_root_password"),
        ("{alnum:32}", "{alnum:24}"),
    ),
    "webhook": (("tradingview_webhook_secret", "webhook_token"), ("{alnum:40}", "{hex:64}", "{uuid}")),
    "sentry": (("sentry_dsn",), ("https://{hex:32}@o{digits:6}.ingest.sentry.io/{digits:7}",)),
    "encryption": (
        ("django_secret_key", "encryption_key", "fernet_key"),
        ("{alnum:64}", "{bytes:32}", "{hex:64}"),
    ),
}
PLACEHOLDERS = (
    "your_{part}_here", "YOUR_{PART}", "<{part}>", "<your {part}>", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "changeme",
    "INSERT_YOUR_{PART}_HERE", "****************", "my{part}", "...", "enter your {part}", "[REDACTED]", "dummy",
    "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", "0000000000000000000000000000000000000000000000000000000000000000",
    "1234567890abcdef1234567890abcdef", "abcdefghijklmnopqrstuvwxyz0123456789", "replace-with-your-{part}",
    "00000000-0000-0000-0000-000000000000", "test_{part}_1234567890", "你的{part}", "sua_{part}_aqui",
)  # fmt: skip
REFERENCES = (
    "${{{PART}}}", "${{{PART}:-}}", "{{{{ vault_{part} }}}}", "{{{{ .Values.exchange.{part} }}}}", "%({part})s",
    "vault:secret/data/trading#{part}", "op://trading/exchange/{part}", "file:///run/secrets/{part}",
    "projects/bot/secrets/{part}/versions/latest", "!vault-ref trading/{part}", "secretref:{part}",
    "arn:aws:secretsmanager:eu-central-1:{digits}:secret:bot/{part}",
    "@Microsoft.KeyVault(SecretUri=https://bot.vault.azure.net/secrets/{part}/{hex})",
    "ENC[AES256_GCM,data:{b64},iv:{b64},tag:{b64},type:str]", "$ANSIBLE_VAULT;1.1;AES256;{hex}{hex}{hex}",
    "kms:{b64}{b64}{b64}", "AgB{b64}{b64}{b64}{b64}{b64}",
)  # fmt: skip


def decoy_setting(page: Page) -> Setting:
    """One setting that looks alike; half of them secrets of other services."""
    table, foreign = (FOREIGN, True) if page.rng.random() < 0.5 else (HARMLESS, False)
    kind = page.rng.choice(sorted(table))
    return setting_of(page, kind, foreign=foreign)


def setting_of(page: Page, kind: str, *, foreign: bool) -> Setting:
    names, shapes = (FOREIGN if foreign else HARMLESS)[kind]
    return Setting(page.pick(*names), page.make(kind, page.pick(*shapes), foreign=foreign))


def stand_in(page: Page, part: str, *, reference: bool) -> str:
    """What stands where a value would: a placeholder, or a reference to where the value is kept."""
    name = {"key": "api_key", "secret": "api_secret"}.get(part, part.replace("-", "_"))
    pattern = page.pick(*(REFERENCES if reference else PLACEHOLDERS))
    text = pattern.format(
        part=name,
        PART=name.upper(),
        digits=page.maker.fill("{digits:12}"),
        hex=page.maker.fill("{hex:32}"),
        b64=page.maker.fill("{base64:64}"),
    )
    return page.decoy("reference" if reference else "placeholder", text)


def json_web_token(page: Page) -> str:
    def encode(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    body = {"sub": page.maker.fill("{uuid}"), "iat": 1_700_000_000, "exp": 1_700_003_600}
    token = f"{encode({'alg': 'HS256', 'typ': 'JWT'})}.{encode(body)}.{page.maker.fill('{b64url:43}')}"
    return page.decoy("jwt", token, foreign=True)


def public_key(page: Page) -> str:
    return page.decoy(
        "public-key", pem(page.pick("rsa", "ed25519", "ec"), page.rng.getrandbits(64), public=True)
    )
