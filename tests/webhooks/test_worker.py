"""From a change of state to a receiver, through a real server's worker and its durable work."""

import time
from pathlib import Path

import pytest

from atsume import clock
from atsume.config import Config
from atsume.ids import integration_id
from atsume.serve import default_environment, kinds, open_server
from atsume.store.rows import NewIntegration
from atsume.store.rows_webhooks import DeliveryState
from atsume.webhooks.registration import add
from atsume.worker import KINDS, Worker
from tests.webhooks.office import END_USER
from tests.webhooks.receiver import receiver
from tests.webhooks.test_deliver import verify


@pytest.mark.timeout(120)
def test_a_worker_announces_and_delivers(tmp_path: Path) -> None:
    """Within a few seconds, signed, and the log says so."""
    server = open_server(Config(database_url=f"sqlite:///{tmp_path / 'atsume.db'}", allow_private_network=True))
    courier, environment = server.courier, default_environment(server)
    worker = Worker(server.executor, None, (*KINDS, *kinds(server)))
    with receiver() as one:
        endpoint, secret = add(
            server.store, courier.egress, courier.encryption_key, environment_id=environment, url=one.url,
            events=["integration-created"], at=clock.now(),
        )  # fmt: skip
        worker.start()
        try:
            for _ in range(3):
                server.store.add_integration(
                    NewIntegration(
                        id=integration_id("personio"), tool="personio", category="ATS", environment_id=environment,
                        end_user=END_USER, settings={}, sealed_credentials=b"sealed",
                    ),
                    clock.now(),
                )  # fmt: skip
            deadline = time.monotonic() + 60
            while len(server.store.deliveries(endpoint.id, DeliveryState.DELIVERED)) < 3:
                assert time.monotonic() < deadline, server.store.deliveries(endpoint.id)
                time.sleep(0.05)
        finally:
            worker.stop()
            server.store.close()
        assert len(set(one.ids())) == 3
        assert all(verify(got, secret) for got in one.got)
