"""The same run on Dask: real schedulers and workers on this machine."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import COMMAND, PATIENCE_S, Pair, Repo, Run, processes_of, wait_until

Command = Callable[..., Run]
DASK = Path(sys.executable).with_name("dask")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@pytest.fixture
def repos(tmp_path: Path, make_pair: Callable[[int], Pair]) -> list[Repo]:
    found = []
    for number in range(5):
        repo = Repo(tmp_path / "repos" / f"r{number}")
        repo.commit("first", a_txt="".join(f"{line} {number}\n" for line in range(20_000)))
        repo.commit("second", conf_env=make_pair(number % 3).env)
        found.append(repo)
    return found


def test_a_cluster_says_what_one_machine_says(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    plain = leakscan("fleet", "run", "repos", "-f", "json", "--run", "plain")
    run = leakscan("fleet", "run", "repos", "-f", "json", "--cluster", "local:2")
    assert run.exit_code == plain.exit_code == 1, run.stderr
    assert run.stdout == plain.stdout
    again = leakscan("fleet", "run", "repos", "-f", "json", "--cluster", "local:1")
    assert again.stdout == plain.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_workers_on_this_machine_cannot_be_reached(repos: list[Repo], tmp_path: Path) -> None:
    arguments = [COMMAND, "fleet", "run", "repos", "--cluster", "local:2"]
    env = {**os.environ, "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true"}
    process = subprocess.Popen(arguments, cwd=tmp_path, env=env, start_new_session=True, **QUIET)
    ports: set[int] = set()
    read = 0
    while process.poll() is None:
        read += any(is_worker(pid) for pid in processes_of(process.pid))
        ports |= {port for pid in processes_of(process.pid) for port in listening(pid)}
        time.sleep(0.02)
    assert (process.returncode, bool(read), ports) == (1, True, set())


def listening(process: int) -> list[int]:
    """Ports on which a process takes connections."""
    try:
        held = {os.readlink(handle) for handle in Path(f"/proc/{process}/fd").iterdir()}
        lines = [
            line.split()
            for name in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{name}").read_text().splitlines()
        ]
    except OSError:
        return []
    return [int(f[1].rpartition(":")[2], 16) for f in lines if f[3] == "0A" and f"socket:[{f[9]}]" in held]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_workers_killed_at_random_lose_nothing(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    arguments = [COMMAND, "fleet", "run", "repos", "--cluster", "local:2", "--run", "killed"]
    process = subprocess.Popen(arguments, cwd=tmp_path, start_new_session=True, **QUIET)
    rng, killed = random.Random(3), 0
    while process.poll() is None:
        time.sleep(rng.uniform(0.02, 0.2))
        others = [pid for pid in processes_of(process.pid) if pid != process.pid and is_worker(pid)]
        if others and killed < 5:
            os.kill(rng.choice(others), signal.SIGKILL)
            killed += 1
    assert (killed > 0, process.returncode) == (True, 1)
    leakscan("fleet", "run", "repos", "--run", "whole")
    for name in ("summary.json", "summary.md", "summary.html"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def is_worker(process: int) -> bool:
    """Whether it is a nursery, which a Dask worker keeps."""
    try:
        return b"leakscan.fleet.nursery" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_run_killed_on_a_cluster_goes_on_without_one(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    arguments = [COMMAND, "fleet", "run", "repos", "--cluster", "local:2", "--run", "killed"]
    process = subprocess.Popen(arguments, cwd=tmp_path, start_new_session=True, **QUIET)
    journal = tmp_path / "killed/journal.jsonl"
    wait_until(lambda: process.poll() is not None or (journal.exists() and b'"done"' in journal.read_bytes()))
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not processes_of(process.pid))
    run = leakscan("fleet", "run", "--run", "killed", "-f", "json")
    assert "goes on" in run.stderr or process.returncode == 1
    assert run.stdout == leakscan("fleet", "run", "repos", "-f", "json", "--run", "whole").stdout


def write_certificate(folder: Path) -> dict[str, str]:
    """A key and a certificate that vouches for itself; the settings that tell Dask of them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scheduler")])
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now)
    builder = builder.not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key.private_bytes(*pem))
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {
        f"{tls}CA_FILE": str(folder / "cert.pem"),
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
    }
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {
            f"{tls}{role}__CERT": str(folder / "cert.pem"),
            f"{tls}{role}__KEY": str(folder / "key.pem"),
        }
    return settings


Scheduler = tuple[str, dict[str, str], subprocess.Popen[bytes]]


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """Its address, the environment with its certificates, and its process; it has one worker."""
    folder = tmp_path / "dask"
    folder.mkdir()
    settings = write_certificate(folder)
    env = {**os.environ, **settings}
    told = folder / "scheduler.json"
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    started = [
        subprocess.Popen([DASK, "scheduler", "--protocol", "tls", "--port", "0", "--scheduler-file", told, *here],
                         env=env, cwd=folder, **QUIET)
    ]  # fmt: skip
    try:
        wait_until(lambda: told.exists() and told.read_bytes())
        worker = [
            DASK,
            "worker",
            "--scheduler-file",
            told,
            "--nthreads",
            "2",
            "--local-directory",
            folder,
            *here,
        ]
        started.append(subprocess.Popen(worker, env=env, cwd=folder, **QUIET))
        yield json.loads(told.read_text())["address"], settings, started[0]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(PATIENCE_S)


def test_a_scheduler_of_ones_own_with_tls(leakscan: Command, repos: list[Repo], scheduler: Scheduler) -> None:
    address, settings, _ = scheduler
    assert address.startswith("tls://127.0.0.1:")
    run = leakscan("fleet", "run", "repos", "-f", "json", "--cluster", address, env=settings)
    assert run.exit_code == 1, run.stderr
    assert run.stdout == leakscan("fleet", "run", "repos", "-f", "json", "--run", "plain").stdout
    stranger = leakscan("fleet", "run", "repos", "--run", "stranger", "--cluster", address)
    assert stranger.exit_code == 2
    assert "no certificates" in stranger.stderr


def said_once_signalled(
    tmp_path: Path, scheduler: Scheduler, number: signal.Signals, more: dict[str, str]
) -> bytes:
    """What a run of many repositories says whose scheduler gets a signal once something is done; it ends with 2."""
    address, settings, process = scheduler
    for at in range(40):
        Repo(tmp_path / "repos" / f"small{at}").commit("first", a_txt=f"{at}\n")
    arguments = [COMMAND, "fleet", "run", "repos", "--run", "left", "--cluster", address]
    run = subprocess.Popen(arguments, cwd=tmp_path, env={**os.environ, **settings, **more},
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    journal = tmp_path / "left/journal.jsonl"
    wait_until(lambda: journal.exists() and b'"done"' in journal.read_bytes())
    process.send_signal(number)
    try:
        _, said = run.communicate(timeout=PATIENCE_S)
    finally:
        process.send_signal(signal.SIGCONT)  # nothing to one that has ended
    assert run.returncode == 2, said
    assert b"Traceback" not in said
    return said


def test_a_scheduler_that_goes_away_costs_no_result(
    leakscan: Command, repos: list[Repo], tmp_path: Path, scheduler: Scheduler
) -> None:
    said = said_once_signalled(tmp_path, scheduler, signal.SIGKILL, {})
    assert b"the scheduler went away" in said
    again = leakscan("fleet", "run", "--run", "left", "-f", "json")
    assert "goes on" in again.stderr
    assert again.stdout == leakscan("fleet", "run", "repos", "-f", "json", "--run", "whole").stdout


def test_a_scheduler_without_workers_is_waited_for_and_given_up(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    told = tmp_path / "scheduler.json"
    command = [
        DASK,
        "scheduler",
        "--port",
        "0",
        "--scheduler-file",
        told,
        "--host",
        "127.0.0.1",
        "--no-dashboard",
    ]
    scheduler = subprocess.Popen(command, cwd=tmp_path, **QUIET)
    try:
        wait_until(lambda: told.exists() and told.read_bytes())
        address = json.loads(told.read_text())["address"]
        env = {"DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT": "2s"}
        run = leakscan("fleet", "run", "repos", "--run", "left", "--cluster", address, env=env)
    finally:
        scheduler.terminate()
        scheduler.wait(PATIENCE_S)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "the run waits 2 s for one" in run.stderr
    assert "the scheduler has no workers; what was done is kept" in run.stderr
    again = leakscan("fleet", "run", "--run", "left", "-f", "json")
    assert again.stdout == leakscan("fleet", "run", "repos", "-f", "json", "--run", "whole").stdout


def test_a_scheduler_that_is_stuck_is_given_up(
    leakscan: Command, repos: list[Repo], tmp_path: Path, scheduler: Scheduler
) -> None:
    patience = {"DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT": "2s"}
    said = said_once_signalled(tmp_path, scheduler, signal.SIGSTOP, patience)
    (line,) = (line for line in said.splitlines() if b"mend" in line)
    assert b"the scheduler does not answer any more; what was done is kept" in line
    again = leakscan("fleet", "run", "--run", "left", "-f", "json")
    assert again.stdout == leakscan("fleet", "run", "repos", "-f", "json", "--run", "whole").stdout


def test_a_scheduler_that_never_speaks_is_an_error(leakscan: Command, repos: list[Repo]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        env = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
        run = leakscan("fleet", "run", "repos", "--cluster", where, env=env)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "no scheduler answers there" in run.stderr


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("tls://127.0.0.1:1", "no certificates"),
        ("tcp://127.0.0.1:1", "no scheduler"),
        ("x", "neither local:N"),
    ],
)
def test_no_cluster_is_an_error(leakscan: Command, repos: list[Repo], where: str, says: str) -> None:
    env = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    run = leakscan("fleet", "run", "repos", "--cluster", where, env=env)
    assert (run.exit_code, run.stdout) == (2, "")
    assert says in run.stderr
