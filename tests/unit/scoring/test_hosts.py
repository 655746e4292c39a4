"""The E-step spread over two processes sums to what one process finds."""

import numpy as np
import pytest
from distributed import Client, LocalCluster

from scoring import MAXIMUM_LIKELIHOOD, ItemParams, SparseResponses, calibrate, simulate_responses
from scoring.mml.spread import DaskWorkers


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            local_directory=str(folder),
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def many_persons():
    rng = np.random.default_rng(8)
    params = ItemParams.two_pl(rng.lognormal(0, 0.3, 60), rng.normal(0, 1, 60))
    met = np.argsort(rng.random((3000, 60)), axis=1) < 10
    return simulate_responses(rng.normal(size=3000), params, rng, presented=met)


@pytest.mark.parametrize("as_sparse", [True, False])
def test_two_processes_find_what_one_finds(client, as_sparse):
    marks = many_persons()
    responses = SparseResponses.from_dense(marks) if as_sparse else marks
    alone = calibrate(responses, options=MAXIMUM_LIKELIHOOD)
    together = calibrate(
        responses, options=MAXIMUM_LIKELIHOOD, workers=DaskWorkers(client, persons_per_part=500)
    )
    assert together.n_iterations == alone.n_iterations
    assert together.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-12)
    assert together.params.a == pytest.approx(alone.params.a, abs=1e-10)
    assert together.params.b == pytest.approx(alone.params.b, abs=1e-10)
    workers = client.scheduler_info()["workers"]
    assert len(workers) == 2
