from leakscan.gitstore import StoredObject
from leakscan.model import CommitMessage, StoredBlob, TagMessage
from leakscan.sources.history import contents

COMMIT = b"""tree 1
author A <a@b> 1 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 Version: 1
 aGVsbG8gd29ybGQ
 =aGVs
 -----END PGP SIGNATURE-----
custom header

the message
second line
"""


def test_a_blob_is_one_content() -> None:
    (blob,) = contents(StoredObject("1", "blob", b"data"))
    assert (blob.oid, blob.data, blob.origin) == ("1", b"data", StoredBlob("1"))


def test_a_commit_is_its_message_and_its_header_without_signature() -> None:
    message, header = contents(StoredObject("2", "commit", COMMIT))
    assert (message.data, message.origin) == (b"the message\nsecond line\n", CommitMessage("2"))
    assert header.data == b"tree 1\nauthor A <a@b> 1 +0000\n\n Version: 1\n\n\n\ncustom header"
    assert header.origin == CommitMessage("2", header=True)


def test_a_tag_is_its_message_and_its_header_and_knows_its_name() -> None:
    data = b"object 1\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nrelease\n"
    message, header = contents(StoredObject("3", "tag", data))
    assert (message.data, message.origin) == (b"release\n", TagMessage("3", name="v1"))
    assert header.origin == TagMessage("3", header=True, name="v1")


def test_an_object_without_a_message_is_all_header() -> None:
    message, header = contents(StoredObject("4", "commit", b"tree 1"))
    assert (message.data, header.data) == (b"", b"tree 1")


def test_what_only_stands_where_a_signature_would_stays() -> None:
    text = b"gpgsig -----BEGIN PGP SIGNATURE-----\n word=x\n aGVsbG8\ngpgsig-sha256 \n aGVsbG8"
    _, header = contents(StoredObject("5", "commit", text + b"\n\nmessage"))
    assert header.data == text.replace(text.split(b"\n")[0], b"")
