"""`make run`: the whole portal on one machine, with nothing to install but Python.

Environment: PORT (8000), HOST (127.0.0.1), VAR_DIR (var), DATABASE_URL (SQLite under VAR_DIR), REDIS_URL (a private
Redis), DEMO (on: an empty database gets the demo city). One Ctrl-C or SIGTERM ends every process.
"""

import os
import socket
from pathlib import Path

from scripts.bootstrap import ROOT, enter, give_up

LAST_PORT = 65535


def require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            other = port + 1 if port < LAST_PORT else 8001
            give_up(f"Port {port} cannot be used ({reason}). Try another: PORT={other} make run")


def main() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    if not port.isdecimal():
        give_up(f"PORT must be a number, not {port!r}.")
    require_free_port(host, int(port))
    try:
        enter("scripts.run", "run")
    except KeyboardInterrupt:
        give_up("Stopped.")
    from scripts.portal import Portal  # needs what `enter` has installed

    var_dir = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    raise SystemExit(Portal(host, int(port), var_dir).run())


if __name__ == "__main__":
    main()
