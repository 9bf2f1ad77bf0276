"""A PostgreSQL server of the tests' own, on loopback, whose databases need a password."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from leakscan import DATABASE_PASSWORD, in_cells, leaked

QUOTED = "geheim%2F%C2%A71"
MISSING = "PostgreSQL is not installed: these tests want /usr/lib/postgresql/*/bin/initdb"


def programs() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return found[-1].parent if found else None


def _version(path: Path) -> int:
    return int(path.parts[-3]) if path.parts[-3].isdigit() else 0


@dataclass
class PostgresServer:
    """A server that can be stopped and started."""

    programs: Path
    folder: Path = field(init=False)
    port: int = field(init=False)
    _shared: str = ""
    _made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="apollo-batch-postgres-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, "postgres")
        password = self.folder / "password"
        password.write_text(DATABASE_PASSWORD, encoding="utf-8")
        password.chmod(0o644)
        made = ["-U", "keeper", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8"]
        self._run("initdb", "-D", self.data, *made, "--locale", "C.UTF-8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._watch = self._watched()
        self.start()

    def _watched(self) -> subprocess.Popen[bytes]:
        """Have somebody wait for our end, however it comes, and clear away after us."""
        stop = f"{self.programs}/pg_ctl -D {self.data} -w -m immediate stop"
        return subprocess.Popen(
            [*self._as, "sh", "-c", f"cat; {stop}; rm -rf {self.folder}"],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off -c autovacuum=off"
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def _run(self, program: str, *words: object) -> None:
        command = [*self._as, str(self.programs / program), *map(str, words)]
        ended = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr

    def database(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"journal_{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        self._made.append(self.url(name))
        return self.url(name)

    def emptied(self) -> str:
        """Give the URL of the one database that is emptied for whoever asks: soonest done."""
        self._shared = self._shared or self.database()
        with psycopg.connect(self._shared, autocommit=True) as connection:
            _hold_no_secret(connection)
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")
        return self._shared

    def url(self, name: str) -> str:
        return f"postgresql://keeper:{QUOTED}@127.0.0.1:{self.port}/{name}"

    def look_through(self) -> None:
        """See that no journal that is left holds a secret."""
        for url in self._made:
            with psycopg.connect(url, autocommit=True) as connection:
                _hold_no_secret(connection)

    def close(self) -> None:
        self._watch.communicate(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


def _hold_no_secret(connection: psycopg.Connection) -> None:
    tables = "select tablename from pg_tables where schemaname = 'public'"
    for (table,) in connection.execute(tables).fetchall():
        rows = connection.execute(f'select * from "{table}"')
        held = [secret for cell in in_cells(rows) for secret in leaked(cell)]
        assert not held, f"{table} of a journal on the server holds {held}"
