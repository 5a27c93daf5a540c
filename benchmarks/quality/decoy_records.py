"""Records of what exchanges and chains answered, and tests of it: files in which nothing is to be reported."""

from __future__ import annotations

import json

from benchmarks.quality.decoy_files import decoy
from benchmarks.quality.decoys import json_web_token
from benchmarks.quality.page import Page
from benchmarks.quality.settings import cased, prefix_of


@decoy("order-response", "tests/fixtures/order.json docs/responses.json cassettes/order.yaml")
def order_response(page: Page) -> str:
    body = {
        "exchange": prefix_of(page),
        "orderId": page.make("order-id", "{uuid}"),
        "clientOrderId": page.make("order-id", page.pick("x-{alnum:22}", "{alnum:36}", "{hex:32}")),
        "listenKey": page.make("listen-key", "{alnum:64}"),
        "txId": page.make("transaction", page.pick("{hex:64}", "0x{hex:64}")),
        "address": page.make("address", page.pick("0x{hex:40}", "{base58:44}")),
        "nextPageCursor": page.make("cursor", "{base64:60}"),
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


@decoy("signed-request", "docs/signing.md tests/test_sign.py debug.log")
def signed_request(page: Page) -> str:
    host, header = page.pick(*page.venue.hosts), page.venue.header.get("sign", "signature")
    signature = page.make("signature", page.pick("{hex:64}", "{hex:128}", "{bytes:32}", "{bytes:64}"))
    url = (
        f"{host}/order?symbol=BTCUSDT&timestamp=1709370000000&signature={page.make('signature', '{hex:64}')}"
    )
    return f"GET {url}\n{header}: {signature}\nassert sign(secret, payload) == '{page.make('signature', '{hex:64}')}'\n"


@decoy("websocket-log", "ws.log logs/stream.log")
def websocket_log(page: Page) -> str:
    rows = [
        f"connecting wss://stream.{prefix_of(page)}.com:9443/ws/{page.make('listen-key', '{alnum:64}')}",
        f"auth token {json_web_token(page)}",
        f'{{"e":"executionReport","c":"{page.make("order-id", "{alnum:22}")}","t":{page.rng.randrange(10**9)}}}',
    ]
    return "\n".join(f"2024-03-02 10:00:0{n} {row}" for n, row in enumerate(rows)) + "\n"


@decoy("handshake-log", "debug.log logs/ws_private.log trace.txt")
def handshake_log(page: Page) -> str:
    host = page.pick(*page.venue.hosts).removeprefix("https://").partition("/")[0]
    key, accept = page.make("handshake", "{bytes:16}"), page.make("handshake", "{bytes:20}")
    lines = ["GET /ws/private HTTP/1.1", f"Host: {host}", "Upgrade: websocket", f"Sec-WebSocket-Key: {key}"]
    answer = ["HTTP/1.1 101 Switching Protocols", f"Sec-WebSocket-Accept: {accept}"]
    token = page.make("socket-token", page.pick("{b64url:43}", "{bytes:32}"))
    result = '{"result":{"token":"' + token + '","expires":900}}'
    return "\n".join([*lines, *answer, result]) + "\n"


@decoy("streaming-client", "src/StreamingExchange.java lib/stream.java")
def streaming_client(page: Page) -> str:
    """Channel services hand every visitor the same key: it is public by design."""
    name = cased(prefix_of(page), "Pascal")
    key = page.make("channel-key", page.pick("{hex:20}", "sub-c-{uuid}"))
    lines = [
        f"public class {name}StreamingExchange {{",
        f'  private static final String PUSHER_KEY = "{key}";',
    ]
    return "\n".join([*lines, "  private PusherStreamingService service;", "}"]) + "\n"


@decoy("expected-results", "tests/test_signature.py tests/test_client.py")
def expected_results(page: Page) -> str:
    name = prefix_of(page)
    lines = [
        f"def test_{name}_signature():",
        f"    assert sign(QUERY) == '{page.make('signature', '{hex:64}')}'",
    ]
    lines += [
        f"    assert client.order()['clientId'] == '{page.make('order-id', page.pick('{uuid}', '{hex:32}'))}'"
    ]
    lines += [f"    assert PublicKey('{page.make('address', '{base58:44}')}')"]
    return "\n".join(lines) + "\n"


@decoy("chain", "data/transactions.json scripts/withdrawals.csv")
def chain(page: Page) -> str:
    rows = [
        f"{page.make('transaction', '0x{hex:64}')},{page.make('address', '0x{hex:40}')},0.5" for _ in range(2)
    ]
    return "\n".join([f"hash,to,amount,{prefix_of(page)}", *rows]) + "\n"


@decoy("contract", "hardhat.config.js scripts/deploy.ts foundry/.env")
def contract(page: Page) -> str:
    return (
        f"const DEPLOYER_PRIVATE_KEY = '{page.make('evm-key', '0x{hex:64}', foreign=True)}';\n"
        f"const BYTECODE = '{page.make('bytecode', '0x6080604052{hex:400}')}';\n"
        f"const TOKEN = '{page.make('address', '0x{hex:40}')}';\n"
    )
