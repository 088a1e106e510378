"""`make bench`: what the platform costs, as ratios measured in one run on one machine (platform/docs/benchmarks.md).

    python -m tests.benchmarks            # under six minutes on two cores
    python -m tests.benchmarks --quick    # tiny sizes: that the runner works, not how fast anything is

Never a timed test: a ratio on a busy machine is a note, not a verdict. The data are synthetic and written by plain
INSERT … SELECT into a database of their own; what is measured is the application's own code.
"""
