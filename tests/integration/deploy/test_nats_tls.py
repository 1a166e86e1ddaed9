"""deploy/nats with its TLS files as they stand, with certificates made for this machine by openssl."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.peers.server import held_port
from events.log import NotReachable, connect
from services.embedded_server import server_binary
from tests.integration.deploy.deployed import Deployed, configuration, environment, password, start

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, which makes the certificates")


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    """An authority and a server's certificate, as the configuration asks for them."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem")
    openssl(
        *("req", "-x509", *key, "-subj", "/CN=cairn", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-CA", "authority.pem", "-CAkey", "authority.key"),
        *("-keyout", "server.key", "-out", "server.pem"),
    )
    return {
        "CAIRN_NATS_TLS_CERT": str(tmp_path / "server.pem"),
        "CAIRN_NATS_TLS_KEY": str(tmp_path / "server.key"),
        "CAIRN_NATS_TLS_CA": str(tmp_path / "authority.pem"),
    }


async def test_clients_that_trust_the_authority_are_served_and_others_turn_away(
    certificates: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configuration(tmp_path, tls=True) / "server.conf"
    with held_port() as port:
        server: Deployed = await start(config, environment(tmp_path, port, **certificates))
        address = server.url("log_operator").replace("nats://", "tls://")
        try:
            with pytest.raises(NotReachable, match="certificate verify failed"):
                await connect(address, name="tests")
            monkeypatch.setenv("SSL_CERT_FILE", certificates["CAIRN_NATS_TLS_CA"])
            nc = await connect(address, name="tests")
            assert (await nc.jetstream().account_info()).api.total >= 0
            await nc.close()
        finally:
            await server.kill()


def test_the_servers_of_a_cluster_check_each_other(certificates: dict[str, str], tmp_path: Path) -> None:
    config = configuration(tmp_path, tls=True) / "cluster.conf"
    settings = environment(
        tmp_path,
        4222,  # the configuration is checked only: nothing listens
        CAIRN_NATS_CLUSTER_LISTEN="127.0.0.1:6222",
        CAIRN_NATS_CLUSTER_PASSWORD=password("cluster"),
        CAIRN_NATS_ROUTES="[]",
        **certificates,
    )
    checked = subprocess.run(
        [server_binary(), "-t", "--config", str(config)], env=settings, check=False, capture_output=True, text=True
    )
    assert "is valid" in checked.stdout + checked.stderr
