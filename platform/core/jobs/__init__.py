"""Background work: the row is the work. `@job` registers it, `want` writes it down, workers run what is due.

```python
@jobs.job("ledger.calculate_run", label=_("计算得分"), ended=run_failed)
def calculate(job: Job, progress: jobs.Progress, *, run_id: int) -> dict | None: …

jobs.want("ledger.calculate_run", arguments={"run_id": run.pk}, key=f"run-{run.pk}", actor=actor, at=at)
```
Register in a module that the app's ready() imports, so that web server and worker both know the kind.
"""

from core.jobs.registry import Unanswered, job, kind_of, label_of
from core.jobs.wanting import (
    OPEN,
    JobWithoutOffice,
    cancel_job,
    get_job,
    give_up_job,
    jobs_for,
    may_cancel,
    may_give_up,
    may_manage,
    may_retry,
    retry_job,
    ring_doorbell,
    want,
)
from core.jobs.worker import Cancelled, LeaseLost, Progress, claim, run, run_due, take

__all__ = [
    "OPEN",
    "Cancelled",
    "JobWithoutOffice",
    "LeaseLost",
    "Progress",
    "Unanswered",
    "cancel_job",
    "claim",
    "get_job",
    "give_up_job",
    "job",
    "jobs_for",
    "kind_of",
    "label_of",
    "may_cancel",
    "may_give_up",
    "may_manage",
    "may_retry",
    "retry_job",
    "ring_doorbell",
    "run",
    "run_due",
    "take",
    "want",
]
