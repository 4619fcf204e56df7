"""Batches of townships, played here or in other processes, and given back in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from doudi.simulation.batch import Order, Piece, Player
from doudi.simulation.places import Township

_HOUSEHOLDS = 8_000
"""Households of a batch, if its townships are small: enough that NumPy's calls cost nothing, few enough for the processor's cache."""
_AHEAD = 2
"""Batches that may be finished before they are written, for each process: what bounds memory."""


def batches_of(townships: Sequence[Township]) -> Iterator[tuple[Township, ...]]:
    """Townships in order, put together until they have households enough."""
    batch: list[Township] = []
    for township in townships:
        batch.append(township)
        if sum(each.households for each in batch) >= _HOUSEHOLDS:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def play_all(order: Order, processes: int) -> Iterator[tuple[tuple[Township, ...], list[Piece]]]:
    """Every batch with its pieces, in order of code whatever the number of processes."""
    batches = deque(batches_of(order.places.townships))
    if processes < 2 or len(batches) < 2:
        player = Player(order)
        for batch in batches:
            yield batch, player.play(batch)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(order,)) as pool:
        running: deque[tuple[tuple[Township, ...], Future[list[Piece]]]] = deque()
        while batches or running:
            while batches and len(running) < processes * _AHEAD:
                batch = batches.popleft()
                running.append((batch, pool.submit(_play, batch)))
            batch, played = running.popleft()
            yield batch, played.result()


_PLAYER: list[Player] = []


def _begin(order: Order) -> None:
    _PLAYER[:] = [Player(order)]


def _play(batch: tuple[Township, ...]) -> list[Piece]:
    return _PLAYER[0].play(batch)
