"""The web folder, served as it is: pages, ES modules, styles and pictures.

Every file is read when the server starts and found by its exact path, so no request ever touches the file system and
no path can lead out of the folder.

Pages keep their paths, and browsers ask whether they changed (ETag). The files that a page names are under paths that
begin with their version, `/~<digest of all files>/js/page/main.js`: browsers and CDNs keep those and never ask again,
and a new version of a page and its modules always arrive together, for modules import each other by relative paths.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
from falcon.asgi import Request, Response

from frontrow.http.envelope import put_problem
from frontrow.http.operation import IMMUTABLE, REVALIDATE, has_version
from frontrow.http.problems import Code, Problem, not_found

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Only files of these kinds are served; anything else in the folder stays where it is."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""Pages run and load what this server gave them, and talk to nobody else. Style sheets that modules construct need no
exception; inline ones have none. `blob:` and `data:` are pictures and files a page makes itself."""


class PagePolicy(msgspec.Struct, frozen=True):
    """What browsers are told of a page: what it may load, whether links from it say where they were, and whether
    windows it opens may speak to it."""

    content: str
    referrer: str | None = None
    opener: str = "same-origin"


PAGE_POLICY = PagePolicy(CONTENT_SECURITY_POLICY)
_COMPRESSED_KINDS = ("text/", "application/json", "image/svg", "application/manifest")
_COMPRESSED_BYTES_MIN = 1024
_VERSION_CHARS = 16
_VERSIONED = re.compile(rf"/~[0-9a-f]{{{_VERSION_CHARS}}}(/.+)")
_NAMED_FILE = re.compile(rb'((?:src|href)=")(/[^"]+)(?=")')


class StaticFile(msgspec.Struct, frozen=True):
    """One file, ready to be sent."""

    content: bytes
    media_type: str
    etag: str
    is_kept: bool = False
    """Whether its path says its version, so that it never changes."""

    @property
    def compressed(self) -> bytes | None:
        """Its gzip form where that is worth it: made when it is first asked for, about a millisecond for 40 kB."""
        worth_it = len(self.content) >= _COMPRESSED_BYTES_MIN and self.media_type.startswith(_COMPRESSED_KINDS)
        return _compressed(self.content) if worth_it else None


@lru_cache(maxsize=512)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)


def static_file(content: bytes, media_type: str) -> StaticFile:
    """The content with its ETag."""
    return StaticFile(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


@lru_cache(maxsize=8)
def files_of(folder: Path, prefix: str = "/") -> Mapping[str, StaticFile]:
    """Every servable file below `folder` by its URL path, as the process found it first; `index.html` also answers for
    its folder, with and without the slash, so its links are absolute. Hidden files and links leading out are left out.
    """
    files: dict[str, StaticFile] = {}
    root = folder.resolve()
    for path in root.rglob("*.*"):  # links to folders are not followed
        media_type = MEDIA_TYPES.get(path.suffix)
        relative = path.as_posix().removeprefix(f"{root.as_posix()}/")
        if media_type is None or "/." in f"/{relative}" or not path.is_file() or _leads_out(path, root):
            continue
        file = static_file(path.read_bytes(), media_type)
        files[prefix + relative] = file
        if path.name == "index.html":
            of_folder = prefix + relative.removesuffix("index.html")
            files[of_folder] = file
            files[of_folder.rstrip("/") or "/"] = file  # as people type it
    return files


def _leads_out(path: Path, root: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(root)  # resolving every file took half of a start


def _with_versions(files: Mapping[str, StaticFile]) -> dict[str, StaticFile]:
    """These files; pages with the versions of what they name, and all that is no page under its version's path too."""
    parts = {path: file for path, file in files.items() if not file.media_type.startswith("text/html")}
    named = "".join(f"{path} {file.etag}\n" for path, file in sorted(parts.items()))
    version = f"/~{hashlib.sha256(named.encode()).hexdigest()[:_VERSION_CHARS]}"

    def versioned(found: re.Match[bytes]) -> bytes:
        return found[1] + (version.encode() if found[2].decode() in parts else b"") + found[2]

    pages = {
        path: static_file(_NAMED_FILE.sub(versioned, page.content), page.media_type)
        for path, page in files.items()
        if path not in parts
    }
    kept = {version + path: msgspec.structs.replace(file, is_kept=True) for path, file in parts.items()}
    return {**parts, **pages, **kept}


class StaticFiles:
    """The Falcon sink for every path that is no operation: a file, or 404.

    A browser that was led nowhere gets the start page with the status 404; it says so by the address it was opened at.
    """

    def __init__(self, files: dict[str, StaticFile], to_make: Mapping[str, Callable[[], StaticFile]]) -> None:
        """`to_make` are files that are made, in a thread, when somebody asks for them."""
        self._files = _with_versions(files)
        self._to_make = to_make

    async def __call__(self, req: Request, resp: Response | None, **_: object) -> None:
        """Answer with the file, 304 where the browser has it, or a problem."""
        assert resp is not None  # None is for WebSockets, which no server of ours accepts
        file = self._files.get(req.path) or self._of_another_version(req.path) or await self._made(req.path)
        if file is None:
            start = self._files.get("/")
            if start is None or not _is_for_reading(req):
                put_problem(req, resp, not_found(f"page or operation {req.path[:200]}"))
                return
            resp.status_code = 404
            resp.set_header("cache-control", "no-store")
            _put_content(req, resp, start)
            return
        if req.method == "OPTIONS":
            resp.set_header("allow", "GET, HEAD, OPTIONS")
            resp.status_code = 204
            return
        if req.method not in ("GET", "HEAD"):
            detail = f"{req.path} only answers GET and HEAD"
            allowed = ("GET", "HEAD", "OPTIONS")
            put_problem(req, resp, Problem(code=Code.METHOD_NOT_ALLOWED, detail=detail, allowed_methods=allowed))
            return
        put_file(req, resp, file)

    def _of_another_version(self, path: str) -> StaticFile | None:
        # For a page that another process has served, a moment before this one is replaced or after.
        versioned = _VERSIONED.fullmatch(path)
        return None if versioned is None else self._files.get(versioned[1])

    async def _made(self, path: str) -> StaticFile | None:
        make = self._to_make.get(path)
        return None if make is None else await asyncio.to_thread(_ready, make)


def _ready(make: Callable[[], StaticFile]) -> StaticFile:
    file = make()
    _ = file.compressed  # here, and not in the event loop: such a file may have a megabyte
    return file


def put_file(req: Request, resp: Response, file: StaticFile, policy: PagePolicy = PAGE_POLICY) -> None:
    """Answer with the file, or 304 where the browser has it."""
    resp.set_header("etag", file.etag)
    resp.set_header("cache-control", IMMUTABLE if file.is_kept else REVALIDATE)
    if has_version(req.get_header("If-None-Match"), file.etag):
        resp.status_code = 304
        _put_headers(resp, file, policy)
        return
    _put_content(req, resp, file, policy)


def _is_for_reading(req: Request) -> bool:
    # A person's browser asks for pages by name; scripts, programs and whoever calls the API do not.
    asks = req.method in ("GET", "HEAD") and "text/html" in (req.get_header("Accept") or "")
    return asks and not req.path.startswith("/api/")


def _put_headers(resp: Response, file: StaticFile, policy: PagePolicy) -> None:
    resp.append_header("vary", "accept-encoding")
    if file.media_type.startswith("text/html"):
        resp.set_header("content-security-policy", policy.content)
        resp.set_header("cross-origin-opener-policy", policy.opener)
        if policy.referrer is not None:
            resp.set_header("referrer-policy", policy.referrer)
    else:
        resp.set_header("access-control-allow-origin", "*")  # modules of another site's page need it


def _put_content(req: Request, resp: Response, file: StaticFile, policy: PagePolicy = PAGE_POLICY) -> None:
    _put_headers(resp, file, policy)
    resp.set_header("content-type", file.media_type)
    compressed = file.compressed if "gzip" in (req.get_header("Accept-Encoding") or "") else None
    if compressed is not None:
        resp.set_header("content-encoding", "gzip")
        resp.data = compressed
    else:
        resp.data = file.content
