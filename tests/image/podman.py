"""Podman with a store of its own, and an image of Python made of Debian's packages: no registry of images is needed."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HOUSE = Path(__file__).parents[2]
PYTHON = "localhost/python-of-debian"
CAIRN = "localhost/cairn"
_PACKAGES = "podman runc conmon netavark aardvark-dns iptables mmdebstrap"
_INSTALL = f"apt-get update -qq && RUNLEVEL=1 apt-get install -qq --yes --no-install-recommends {_PACKAGES}"
_RELEASE = "bookworm"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_COMPOSE = ("uv", "tool", "run", "--quiet", "podman-compose@1.6.0")
_SECONDS = 600

# Without CAP_SYS_RESOURCE root may not raise a limit, and podman would. runc, because crun wants pure control groups.
_CONTAINERS = """[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
_STORAGE = """[storage]
driver = "overlay"
graphroot = "{folder}/store"
runroot = "{folder}/run"
"""
_MOST = {"files": 8192, "processes": 4096}
"""Enough for a Cairn, and below what a machine allows."""


def get() -> None:
    """Have podman and mmdebstrap on this machine; the tests are skipped where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for containers with limits")
    if shutil.which("apt-get") is None:
        pytest.skip("needs apt-get, which makes the image's Python of Debian's packages")
    if any(shutil.which(program) is None for program in ("podman", "runc", "mmdebstrap")):
        subprocess.run(("sh", "-c", _INSTALL), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@contextmanager
def running_podman() -> Iterator["Podman"]:
    """Podman while the block lasts. Its folder is not one of pytest's: they are taken away by whoever comes next."""
    get()
    with TemporaryDirectory(prefix="cairn-image-") as folder:
        podman = Podman(Path(folder))
        try:
            yield podman
        finally:
            podman.end()


class Podman:
    """Podman, as a person would call it in the project's folder."""

    def __init__(self, folder: Path):
        limits = {
            "files": min(_MOST["files"], resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
            "processes": _MOST["processes"],
        }
        (folder / "networks").mkdir(parents=True)
        (folder / "containers.conf").write_text(_CONTAINERS.format(folder=folder, **limits))
        (folder / "storage.conf").write_text(_STORAGE.format(folder=folder))
        self._folder = folder
        self._environment = {
            **os.environ,
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "PATH": os.pathsep.join((str(HOUSE / ".venv" / "bin"), os.environ["PATH"])),
        }

    def make_python(self) -> None:
        """An image that has what the Dockerfile asks of its first line: Python 3.11, as `python`, and venv."""
        hooks = ['ln -s /usr/bin/python3 "$1/usr/local/bin/python"', f"upload {_AUTHORITIES} {_AUTHORITIES}"]
        self._run(
            *("mmdebstrap", "--quiet", "--variant=minbase", "--include=python3,python3-venv,ca-certificates"),
            *(f"--customize-hook={hook}" for hook in hooks),
            *(_RELEASE, str(self._folder / "python.tar")),
        )
        self("import", "--change", f"ENV PIP_CERT={_AUTHORITIES}", str(self._folder / "python.tar"), PYTHON)

    def build(self, tag: str) -> None:
        """The image of this checkout. Packages come over the machine's own network, wherever that finds names."""
        dockerfile = "deploy/compose/Dockerfile"
        self(
            *("build", "--file", dockerfile, "--ignorefile", f"{dockerfile}.dockerignore", "--network", "host"),
            *("--build-arg", f"PYTHON={PYTHON}", "--tag", tag, "."),
        )

    def __call__(self, *arguments: str) -> str:
        """What a command prints; the test fails when it ends with an error."""
        return self._run("podman", *arguments)

    def compose(self, settings: Mapping[str, str], *arguments: str) -> str:
        """`docker compose` with the project's file, by podman-compose."""
        file = self._folder / "env"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        named = ("--env-file", str(file), "--file", "deploy/compose/compose.yaml")
        return self._run(*_COMPOSE, *named, *arguments)

    def states(self) -> dict[str, str]:
        """How each container is, by its name: `Up …`, or `Exited (CODE) …`."""
        lines = self("ps", "--all", "--format", "{{.Names}}\t{{.Status}}").splitlines()
        return {name: state for name, _, state in (line.partition("\t") for line in lines)}

    def remove(self, *containers: str) -> None:
        """Take containers away, in this order, also those that run."""
        for name in containers:
            self("rm", "--force", "--time", "0", name)

    def end(self) -> None:
        """End what runs, and take containers, volumes and networks away."""
        # The last one first: podman takes none away that another one waits for.
        self.remove(*reversed(self.states()))
        self("volume", "rm", "--all", "--force")
        self("network", "prune", "--force")
        # podman mounts its store upon itself, and leaves it so; nobody could take the folder away.
        subprocess.run(("umount", str(self._folder / "store" / "overlay")), check=False, capture_output=True)

    def _run(self, *command: str) -> str:
        ended = subprocess.run(
            command,
            cwd=HOUSE,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        assert ended.returncode == 0, f"{' '.join(command)}: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"
        return ended.stdout
