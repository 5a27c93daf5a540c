"""What people call the parts of a credential, at any exchange: written without separators, full names and mere hints.

`apikey` stands for API_KEY, apiKey and "api key". Rules may add their own exchange's names."""

from leakscan.model import Part

FULL: dict[Part, tuple[str, ...]] = {
    "key": ("apikey", "accesskey", "apipublickey", "apitoken"),
    "secret": (
        "apisecret",
        "secretkey",
        "secretapikey",
        "apiprivatekey",
        "accesssecret",
        "clientsecret",
        "secretekey",
    ),
    "private-key": ("privatekey", "walletkey"),
    "passphrase": (
        "passphrase",
        "apipassphrase",
        "password",
        "apipassword",
        "apipass",
        "passwd",
        "pass",
        "phrase",
        "pwd",
    ),
    "user-id": (),
}
HINTS: dict[Part, tuple[str, ...]] = {
    "key": ("key", "akey", "pkey", "apik", "access", "public", "pub", "clave", "chave", "anahtar"),
    "secret": (
        "secret",
        "skey",
        "apis",
        "apisec",
        "sec",
        "seckey",
        "secreta",
        "secreto",
        "secrete",
        "segreto",
        "sekret",
        "gizli",
        "private",
        "priv",
        "hmac",
        "signing",
        "securitykey",
    ),
    "private-key": (),
    "passphrase": (),
    "user-id": (),
}
