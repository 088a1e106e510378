"""Backup and point-in-time restore of an installation: the database by base backup and log stream, then the files.

    anlan_backup.py stream   receive the log, until stopped (a unit of its own)
    anlan_backup.py base     a base backup, verified; the evidence files since the last one, the anchors
    anlan_backup.py seal     the keys, sealed with a passphrase
    anlan_backup.py status   how old both are; exit code 1 when that is too old
    anlan_backup.py prune    keep the newest base backups and the log since the oldest of them
    anlan_backup.py restore  a data directory as of a moment, ready for PostgreSQL to start on
    anlan_backup.py keys     the newest keys, unsealed

BACKUP_DIR says where to: another machine's disk. BACKUP_URL is a login with REPLICATION (pg_hba: `host replication`).
PostgreSQL's own programs do the work; PG_BIN names their directory where they are not on the path. Standard library
only: a restore must not need what it restores.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SLOT = "anlan_backup"
STAMP = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """Why there is no backup or no restore, as a sentence."""


class Store:
    """What lies in BACKUP_DIR: base/<moment>/ (verified when it bears that name), wal/, files/."""

    def __init__(self, root: Path) -> None:
        self.root, self.base, self.wal, self.files = root, root / "base", root / "wal", root / "files"
        self.anchors, self.keys = root / "anchors", root / "keys"
        for folder in (self.base, self.wal, self.files, self.anchors, self.keys):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def bases(self) -> list[tuple[datetime, Path]]:
        """(moment of its end, directory), oldest first."""
        found = [path for path in self.base.iterdir() if not path.name.endswith(".part")]
        return sorted((datetime.strptime(path.name, STAMP).replace(tzinfo=UTC), path) for path in found)

    def last_log(self) -> datetime | None:
        """When the stream last wrote."""
        times = [path.stat().st_mtime for path in self.wal.iterdir()]
        return datetime.fromtimestamp(max(times), UTC) if times else None


def run(program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One of PostgreSQL's programs. Raises BackupError with its last words."""
    command = [str(Path(os.environ.get("PG_BIN", ""), program)), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(f"There is no {command[0]}: install PostgreSQL's client programs, or set PG_BIN.") from None
    if check and answer.returncode:
        said = (answer.stderr or answer.stdout).strip().splitlines()[-1:]
        raise BackupError(f"{program} failed: {' '.join(said)}")
    return answer


def receive(store: Store, url: str) -> int:
    """Receive the log until stopped; the slot makes the server keep what was not received yet."""
    run("pg_receivewal", "-d", url, "--create-slot", "--if-not-exists", "--slot", SLOT)
    command = [str(Path(os.environ.get("PG_BIN", ""), "pg_receivewal")), "-d", url, "--slot", SLOT]
    # Flushed here as soon as it comes. A server with synchronous_standby_names = 'anlan_backup' answers a commit only
    # when it is here; without that the last milliseconds before a crash may be missing.
    os.environ["PGAPPNAME"] = SLOT
    os.execvp(command[0], [*command, "--directory", str(store.wal), "--synchronous", "--no-password"])


def take_base(store: Store, url: str, evidence: Path | None, now: datetime) -> Path:
    """A base backup that is whole and verified, then the evidence files that are new; answers its directory."""
    part = store.base / f"{now.strftime(STAMP)}.part"
    shutil.rmtree(part, ignore_errors=True)
    run(
        "pg_basebackup", "-d", url, "--pgdata", str(part), "--checkpoint=fast", "--wal-method=stream",
        "--manifest-checksums=SHA256", "--no-password",
    )  # fmt: skip
    run("pg_verifybackup", "--quiet", str(part))
    if evidence is not None:
        copy_new(evidence, store.files)
    # Named after its end: a restore to an earlier moment needs an earlier base.
    done = store.base / datetime.now(UTC).strftime(STAMP)
    part.rename(done)
    return done


def copy_new(source: Path, target: Path) -> int:
    """Copy what is not there yet, and answer how many: a file is written once, under the hash of its content."""
    copied = 0
    for path in source.rglob("*"):
        to = target / path.relative_to(source)
        if path.is_dir() or path.name.startswith(".incoming-") or to.exists():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        scratch = to.with_name(f"{to.name}.part")
        shutil.copy2(path, scratch)
        scratch.rename(to)
        copied += 1
    return copied


def copy_anchors(source: Path, store: Store) -> int:
    """Copy the audit log's anchors, which only ever grow; answers how many files were newer.

    Raises BackupError for one that no longer begins with what was copied before: it was cut or changed. The old stays.
    """
    copied, changed = 0, []
    for path in sorted([*source.glob("anchors-*.jsonl"), *source.glob("public-key.pem")]):
        to, text = store.anchors / path.name, path.read_bytes()
        before = to.read_bytes() if to.exists() else b""
        if text == before:
            continue
        if not text.startswith(before):
            changed.append(path.name)
            to = to.with_name(f"{path.name}.differs-{datetime.now(UTC).strftime(STAMP)}")
        scratch = to.with_name(f"{to.name}.part")
        scratch.write_bytes(text)
        scratch.rename(to)
        copied += 1
    if changed:
        raise BackupError(
            f"{', '.join(changed)}: not what was copied before with more after it; both are in {store.anchors}."
        )
    return copied


def seal_keys(files: list[Path], passphrase: Path, store: Store, now: datetime) -> Path:
    """The keys in one file, sealed with a passphrase (AES-256, PBKDF2): who finds the backup finds no open keys.

    Needs openssl. The passphrase is kept elsewhere: on paper, in a safe.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in files:
            tar.add(path, path.name)
    to = store.keys / f"{now.strftime(STAMP)}.tar.enc"
    sealed = openssl(packed.getvalue(), passphrase)
    to.touch(mode=0o600)
    to.write_bytes(sealed)
    return to


def openssl(text: bytes, passphrase: Path, *more: str) -> bytes:
    """Seal, or with "-d" unseal. Raises BackupError."""
    command = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-salt", "-pass", f"file:{passphrase}"]
    try:
        answer = subprocess.run([*command, *more], input=text, capture_output=True, check=False)
    except FileNotFoundError:
        raise BackupError("There is no openssl: install it, it seals the keys.") from None
    if answer.returncode:
        raise BackupError("openssl could not do it: is it the passphrase with which the keys were sealed?")
    return answer.stdout


def unseal_keys(store: Store, passphrase: Path, into: Path) -> Path:
    """Unpack the newest keys into a new directory; answers the file they were in. Raises BackupError."""
    sealed = sorted(store.keys.glob("*.tar.enc"))
    if not sealed:
        raise BackupError(f"There are no keys in {store.keys}.")
    if into.exists():
        raise BackupError(f"{into} exists already; keys are never written over others.")
    text = openssl(sealed[-1].read_bytes(), passphrase, "-d")
    try:
        with tarfile.open(fileobj=io.BytesIO(text)) as tar:
            found = {Path(member.name).name: tar.extractfile(member) for member in tar if member.isfile()}
            into.mkdir(parents=True, mode=0o700)
            for name, content in found.items():
                (into / name).touch(mode=0o600)
                (into / name).write_bytes(content.read() if content else b"")
    except tarfile.TarError:
        raise BackupError("The keys could not be read: is it the passphrase with which they were sealed?") from None
    return sealed[-1]


def status(store: Store, now: datetime, *, base_hours: float, log_minutes: float) -> tuple[bool, str]:
    """Whether both are young enough, and a sentence."""
    bases, log = store.bases(), store.last_log()
    if not bases:
        return False, f"There is no base backup in {store.base}."
    age, behind = now - bases[-1][0], now - log if log else None
    young = age <= timedelta(hours=base_hours)
    fresh = behind is not None and behind <= timedelta(minutes=log_minutes)
    told = f"{behind.total_seconds():.0f} s ago" if behind is not None else "never"
    return young and fresh, f"Last base backup {age.total_seconds() / 3600:.1f} h ago, log received {told}."


def prune(store: Store, keep: int) -> list[Path]:
    """Remove all but the newest `keep` base backups, and the log from before the oldest kept; answers what went."""
    if keep < 1:
        raise BackupError("Keep at least one base backup.")
    gone = [path for _moment, path in store.bases()[:-keep]]
    for path in gone:
        shutil.rmtree(path)
    if remaining := store.bases():
        run("pg_archivecleanup", str(store.wal), first_segment(remaining[0][1]))
    return gone


def first_segment(base: Path) -> str:
    """The log file with which the replay of a base backup begins."""
    for line in (base / "backup_label").read_text("utf-8").splitlines():
        if line.startswith("START WAL LOCATION"):
            return line.rpartition("file ")[2].rstrip(")")
    raise BackupError(f"{base} is no base backup: its backup_label names no log file.")


def restore(store: Store, into: Path, at: datetime | None) -> Path:
    """Make `into` (which must not exist) a data directory as of `at`, or of the end of the log; answers the base used.

    PostgreSQL replays the log when it starts on it and then is a server of its own: its stream needs a new slot, and
    the old BACKUP_DIR stays as it is.
    """
    if into.exists():
        raise BackupError(f"{into} exists already; a restore never writes over a data directory.")
    usable = [path for moment, path in store.bases() if at is None or moment <= at]
    if not usable:
        raise BackupError(f"There is no base backup from before {at}: the oldest is {store.bases()[:1]}.")
    into.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(usable[-1], into)
    into.chmod(0o700)
    for stale in ("standby.signal", "postmaster.pid"):
        (into / stale).unlink(missing_ok=True)
    wal = str(store.wal).replace("'", "''")
    lines = [
        # A segment that was still being received has the ending .partial.
        f'restore_command = \'cp "{wal}/%f" "%p" 2>/dev/null || cp "{wal}/%f.partial" "%p"\'',
        "recovery_target_timeline = 'latest'",
        "primary_slot_name = ''",
        "synchronous_standby_names = ''",  # nobody receives its log yet; it must not wait for that
    ]
    if at is not None:
        lines += [f"recovery_target_time = '{at.isoformat()}'", "recovery_target_action = 'promote'"]
    with (into / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", "# Written by anlan_backup.py restore", *lines, ""]))
    (into / "recovery.signal").touch()
    return usable[-1]


def named(variable: str) -> str | None:
    """What the environment says, or None where it says nothing."""
    return os.environ.get(variable) or None


def main(arguments: list[str] | None = None) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="anlan_backup.py", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.description = __doc__
    parser.add_argument("action", choices=["stream", "base", "status", "prune", "restore", "seal", "keys"])
    parser.add_argument("--dir", type=Path, default=os.environ.get("BACKUP_DIR"), help="default: BACKUP_DIR")
    parser.add_argument("--url", default=os.environ.get("BACKUP_URL"), help="default: BACKUP_URL")
    parser.add_argument("--evidence", type=Path, help="DATA_DIR/evidence of the installation (base)")
    parser.add_argument("--anchors", type=Path, default=named("BACKUP_ANCHORS"), help="AUDIT_ANCHOR_DIR (base)")
    parser.add_argument("--key", type=Path, action="append", help="a file of keys; default: BACKUP_KEYS (seal)")
    parser.add_argument("--passphrase", type=Path, default=named("BACKUP_PASSPHRASE"), help="a file (seal, keys)")
    parser.add_argument("--keep", type=int, default=8, help="how many base backups to keep (prune)")
    parser.add_argument("--base-hours", type=float, default=26, help="an older base backup is too old (status)")
    parser.add_argument("--log-minutes", type=float, default=10, help="an older log is too old (status)")
    parser.add_argument("--into", type=Path, help="the data directory to make (restore)")
    parser.add_argument("--at", type=datetime.fromisoformat, help="the moment, with its time zone (restore)")
    given = parser.parse_args(arguments)
    try:
        return act(given)
    except (BackupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def act(given: argparse.Namespace) -> int:
    """Do what the command line says. Raises BackupError."""
    if given.dir is None:
        raise BackupError("Say where the backups are: --dir or BACKUP_DIR.")
    store, began = Store(given.dir.resolve()), time.monotonic()
    if given.action in ("stream", "base") and not given.url:
        raise BackupError("Say which server: --url or BACKUP_URL, a login with REPLICATION.")
    if given.action == "stream":
        return receive(store, given.url)
    if given.action == "base":
        made = take_base(store, given.url, given.evidence, datetime.now(UTC))
        if given.anchors is not None:
            copy_anchors(given.anchors, store)
        print(f"{made}, verified, {time.monotonic() - began:.1f} s")
    elif given.action == "prune":
        print("\n".join(f"removed {path}" for path in prune(store, given.keep)) or "Nothing to remove.")
    elif given.action == "seal":
        keys = given.key or [Path(name) for name in (named("BACKUP_KEYS") or "").split(":") if name]
        if not keys or given.passphrase is None:
            raise BackupError("Say which keys and with which passphrase: BACKUP_KEYS, BACKUP_PASSPHRASE (a file).")
        print(seal_keys(keys, given.passphrase, store, datetime.now(UTC)))
    elif given.action == "keys":
        if given.into is None or given.passphrase is None:
            raise BackupError("Say where to and with which passphrase: --into, --passphrase or BACKUP_PASSPHRASE.")
        print(f"{given.into} from {unseal_keys(store, given.passphrase, given.into).name}")
    elif given.action == "restore":
        if given.into is None:
            raise BackupError("Say which data directory to make: --into.")
        if given.at is not None and given.at.tzinfo is None:
            raise BackupError("Give the moment with its time zone, for example 2026-11-05T14:00:00+08:00.")
        base = restore(store, given.into, given.at)
        print(f"{given.into} from {base.name}; start PostgreSQL on it. {time.monotonic() - began:.1f} s so far.")
    else:
        good, told = status(store, datetime.now(UTC), base_hours=given.base_hours, log_minutes=given.log_minutes)
        print(told)
        return 0 if good else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
