"""What a process that serves does before its first request."""

import gc

import pytest

from core import processes


def test_a_settled_process_has_its_program_out_of_the_collectors_way() -> None:
    before = gc.get_freeze_count()
    try:
        processes.settle()
        settled, living = gc.get_freeze_count(), len(gc.get_objects())
    finally:
        if not before:
            gc.unfreeze()

    assert settled > 100_000  # the program; what came meanwhile is a handful
    assert living < settled / 10


def broken_off() -> None:
    with processes.uncollected():
        assert not gc.isenabled()
        raise ValueError("broken off")


def test_work_without_the_collector_ends_with_it() -> None:
    with processes.uncollected():
        with pytest.raises(ValueError, match="broken off"):
            broken_off()
        assert not gc.isenabled()  # the outer one goes on

    assert gc.isenabled()
