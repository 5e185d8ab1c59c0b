"""The soak test itself, for some seconds."""

from tests.chaos.soak import HEAD, soak


async def test_it_measures_and_judges(fork_server, tmp_path):
    found = await soak(0.1, 1, fork_server, tmp_path)

    assert found.violations == []
    assert len(found.rows) == 2
    assert all(len(row) == len(HEAD) for row in found.rows)
    assert all(float(figure) > 0 for row in found.rows for figure in row[2:])
