"""Hostile working trees: names, depths, sizes."""

from __future__ import annotations

import os

from tests.promises.cases import CLEAN, FOUND, INCOMPLETE, LINE, case, dig


@case(FOUND, planted=False)
def a_value_in_a_folder_deeper_than_a_path_may_be(repo, canary):
    handle = dig(repo.path)
    file = os.open("s.py", os.O_WRONLY | os.O_CREAT, dir_fd=handle)
    os.write(file, LINE.encode())
    os.close(file)
    os.close(handle)


@case(FOUND, planted=False)
def a_plain_folder_deeper_than_a_path_may_be(repo, canary):
    a_value_in_a_folder_deeper_than_a_path_may_be(repo, canary)
    (repo.path / ".git").rename(repo.path.parent / "was")


@case(INCOMPLETE)
def a_sparse_file_of_eight_gigabytes(repo, canary):
    with (repo.path / "sparse").open("wb") as file:
        file.truncate(8 << 30)


@case(FOUND, planted=False)
def many_small_files(repo, canary):
    for number in range(3000):
        repo.write(f"d{number % 7}/f{number}", "clean\n" if number != 1777 else LINE)


@case(FOUND)
def hard_links(repo, canary):
    os.link(repo.path / "a.txt", repo.path / "b.txt")


@case(FOUND, planted=False)
def names_of_every_byte(repo, canary):
    for code in range(1, 256):
        if code != ord("/"):
            with open(os.path.join(os.fsencode(repo.path), b"n" + bytes((code,))), "w") as file:
                file.write(LINE)


@case(CLEAN)
def twins_by_case_and_form(repo, canary):
    for name in ("A.TXT", "a.TXT", ".GIT", ".git ", "git~1", "é", "é", ".gıt", "con", "aux.txt"):
        repo.write(name, "clean\n")
