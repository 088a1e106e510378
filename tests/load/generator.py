"""Requests at a rate, in open loop: each has its moment, whatever the server does; waiting is part of its time."""

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.load.offices import Desk, admins

# What people do, and how often out of a hundred: mostly reading, a good part reporting.
MIX = {"workbench": 40, "form": 10, "scorecard": 10, "api-values": 10, "ranking": 5, "queue": 5, "save": 20}
CONFLICT = 409
PATIENCE = 60.0  # seconds until whoever asked goes away; what the server does then is still done


@dataclass
class Outcome:
    """Seconds by kind, from the moment a request was due; how many went wrong, and how; how many nobody waited for."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    given_up: int = 0

    @property
    def all(self) -> list[float]:
        return sorted(value for values in self.seconds.values() for value in values)


def quantile(values: list[float], share: float) -> float:
    """Of sorted values; 0 when there are none."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else 0.0


class Crowd:
    """People of all offices; a few offices are much busier than the rest (Zipf)."""

    def __init__(self, port: int, desks: list[Desk], seed: int) -> None:
        self.port, self.desks, self.random = port, desks, random.Random(seed)
        self.weights = [1 / (place + 1) for place in range(len(desks))]
        self.versions: dict[tuple[str, int], int] = {}
        self.locks: dict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self.unsure: set[tuple[str, int]] = set()  # values whose last save nobody waited for: it may come yet

    async def calm(self, seconds: float) -> None:
        """Wait until what an overload left is done: a few readers are answered at once. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            outcome = await self.run(2, 3)
            if not outcome.given_up and max(outcome.all, default=PATIENCE) < 1:
                return
        raise TimeoutError(f"the server is not back at rest after {seconds:g} s")

    async def run(self, rate: float, seconds: float) -> Outcome:
        """Offer `rate` requests a second for so long; answers when the last one is answered."""
        outcome, tasks = Outcome(), []
        due = began = time.monotonic()
        while due - began < seconds:
            due += self.random.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            kind = self.random.choices(list(MIX), list(MIX.values()))[0]
            desk = self.random.choices(self.desks, self.weights)[0]
            tasks.append(asyncio.create_task(self._one(kind, desk, due, outcome)))
        await asyncio.gather(*tasks)
        return outcome

    async def _one(self, kind: str, desk: Desk, due: float, outcome: Outcome) -> None:
        try:
            status, answer = await asyncio.wait_for(self._act(kind, desk), PATIENCE)
        except TimeoutError:
            outcome.given_up += 1
            return
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            outcome.errors[f"{kind}: {type(error).__name__}"] += 1
            return
        if status != 200:
            outcome.errors[f"{kind}: {status} {answer[:300].decode(errors='replace')}"] += 1
        outcome.seconds[kind].append(time.monotonic() - due)

    async def _act(self, kind: str, desk: Desk) -> tuple[int, bytes]:
        at = f"/{desk.slug}"
        if kind == "save":
            return await self._save(desk)
        if kind == "api-values":
            return await self._ask("GET", f"{at}/api/v1/values/?page_size=20", token=desk.token)
        if kind in ("ranking", "queue"):
            return await self._ask("GET", f"/{desk.province}/appraisal/{kind}/", cookie=admins[desk.province])
        paths = {
            "workbench": f"{at}/reporting/{desk.period_id}/",
            "form": f"{at}/reporting/{desk.period_id}/{desk.indicators[0]}/",
            "scorecard": f"{at}/appraisal/runs/{desk.run_id}/{desk.slug}/",
        }
        return await self._ask("GET", paths[kind], cookie=desk.cookie)

    async def _save(self, desk: Desk) -> tuple[int, bytes]:
        """One after the other for the same value, as a person would; each gives the version that the last one got.

        Who did not wait for a save opens the value again; if that save came only afterwards, being told so is right.
        """
        indicator = self.random.choice(desk.indicators)
        key = desk.slug, indicator
        path = f"/{desk.slug}/api/v1/periods/{desk.period_id}/draft/values/{indicator}/"
        async with self.locks[key]:
            if key in self.unsure:
                await self._open(key, path, desk)
            body: dict[str, object] = {
                "fact": {"value": str(self.random.randint(600, 700))},
                "narrative": "按计划推进。",
            }
            if key in self.versions:
                body["lock_version"] = self.versions[key]
            late = key in self.unsure
            self.unsure.add(key)  # until it is answered; a task that is cancelled leaves it there
            status, answer = await self._ask("PUT", path, token=desk.token, body=body)
            if late and status == CONFLICT:
                return 200, answer
            self.unsure.discard(key)
            if status == 200:
                self.versions[key] = json.loads(answer)["lock_version"]
            return status, answer

    async def _open(self, key: tuple[str, int], path: str, desk: Desk) -> None:
        status, answer = await self._ask("GET", path, token=desk.token)
        if status == 200 and (version := json.loads(answer).get("lock_version")) is not None:
            self.versions[key] = version

    async def _ask(
        self, method: str, path: str, *, cookie: str = "", token: str = "", body: dict[str, object] | None = None
    ) -> tuple[int, bytes]:
        headers = [f"Cookie: anlan_session={cookie}"] if cookie else []
        headers += [f"Authorization: Token {token}"] if token else []
        headers += ["Content-Type: application/json"] if body is not None else []
        data = json.dumps(body).encode() if body is not None else b""
        status, _, answer = await ask(self.port, method, path, headers, data)
        return status, answer


async def ask(port: int, method: str, path: str, headers: list[str], data: bytes) -> tuple[int, str, bytes]:
    """One request on a connection of its own; answers the status, the head and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(data)}"]
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode() + data)
        await writer.drain()
        head, _, rest = (await reader.read(-1)).partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), head.decode("latin-1"), rest
    finally:
        writer.close()
