"""`mirakl-async sample`: made-up orders, which `mirakl-async sync` reads."""

from __future__ import annotations

import asyncio
import sys

import pytest

from mirakl_async.simulator import Simulator

from .program import environment, program

STORE = ["--channel-id", "channel-1", "--channel-store-id", "store-1"]


async def test_ten_orders_are_made_and_the_same_ones_again(tmp_path):
    out = tmp_path / "orders.ndjson"
    first = await program("sample", "orders")
    assert (first.status, first.err, first.out.count("\n")) == (0, "", 10)
    assert (await program("sample", "orders", 10, "--out", out)).status == 0
    assert out.read_text() == first.out


async def test_other_seeds_place_other_orders_among_them():
    made = [(await program("sample", "orders", 50, "--poison", 5, "--seed", seed)).out for seed in (1, 2)]
    assert made[0] != made[1]


@pytest.mark.parametrize(("poison", "status"), [(0, 0), (2, 1)])
async def test_it_pipes_into_sync(poison, status):
    async with Simulator() as mirakl:
        hosts = {"MIRAKL_CONNECT_URL": mirakl.connect_url, "MIRAKL_AUTH_URL": mirakl.auth_url}
        program = f"{sys.executable} -m mirakl_async"
        child = await asyncio.create_subprocess_shell(
            f"{program} sample orders 10 --poison {poison} | {program} sync - {' '.join(STORE)}",
            env=environment(mirakl) | hosts, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate()
        assert child.returncode == status, err
        assert out.decode().startswith(f"read 10, accepted {10 - poison}, rejected {poison}, "), out
        assert mirakl.state().orders == 10 - poison


@pytest.mark.parametrize("arguments", [[-1], [1, "--poison", 2], [5, "--poison", 3, "--updates", 3], ["many"]])
async def test_counts_that_make_no_sense_are_wrong_usage(arguments):
    done = await program("sample", "orders", *arguments)
    assert (done.status, done.out) == (2, "")


async def test_other_kinds_are_wrong_usage():
    done = await program("sample", "offers")
    assert done.status == 2
    assert 'Choose from: "orders"' in done.err
