"""Other programs that render: found on PATH, run without network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from asklint.inputs.rendered import CannotRender

_LONGEST = 120  # seconds; a chart takes a fraction of one
# Whatever the program wants from elsewhere, it does not get: no address answers behind this proxy, git fetches nothing.
_OFFLINE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
    "GIT_ALLOW_PROTOCOL": "file",
    "KUBECONFIG": os.devnull,
}


def find(name: str) -> str | None:
    """Where the program stands on PATH."""
    return shutil.which(name)


def output(command: Sequence[str], **variables: str) -> str:
    """What `command` writes to standard output. Raises CannotRender, with what it says where it fails.

    Its environment is asklint's own with these variables, and kept from the network.
    """
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **variables, **_OFFLINE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRender(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        said = " ".join(line.strip() for line in lines if not line.startswith(("# Warning:", "WARNING:", "level=INFO")))
        raise CannotRender(
            said.strip().removeprefix("Error: ").removeprefix("error: ")
            or f"{command[0]} ended with status {done.returncode}"
        )
    return done.stdout.decode("utf-8", "replace")
