"""Static files with hashed names."""

from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and gzipped; brotli at its highest level would make collectstatic take half a minute."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(**{**kwargs, "use_brotli": False})

    def url(self, name: str | None, force: bool = False) -> str:
        """The hashed URL, worked out once a process: a page asks for twenty, at 60 µs each."""
        if settings.DEBUG or name is None:
            return super().url(name, force)
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
