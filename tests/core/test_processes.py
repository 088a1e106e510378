"""What a process that serves does before its first request."""

import gc

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
