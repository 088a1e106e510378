"""The last two minutes before the month is due: everybody signs in, mends one value, proves it, submits; leaders sign.

What people do is open loop (each comes at a moment of their own, more and more towards the end), but a person waits for
an answer before the next click. One in eight clicks twice on what takes long.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.load.generator import Outcome, ask
from tests.load.offices import Desk

CLICKS_TWICE = 1 / 8
READING = (0.5, 3.0)  # seconds between an answer and the next click
SIGN_IN = "/sign-in/"
FIELD = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
COOKIE = re.compile(r"(?im)^set-cookie: (anlan_\w+)=([^;\r\n]+)")
# What one thing done twice at once may be told; the first answer is always the one hoped for.
TOLD_TWICE = {409}


class Refused(Exception):
    """An answer that ends what this person came for."""


class Person:
    """A browser: cookies, the token of the last form, and the time each click took."""

    def __init__(self, port: int, outcome: Outcome, seed: int) -> None:
        self.port, self.outcome, self.random = port, outcome, random.Random(seed)
        self.cookies: dict[str, str] = {}
        self.token = ""

    async def click(
        self, kind: str, method: str, path: str, data: bytes = b"", type_: str = "", ok: int = 200
    ) -> bytes:
        """Answers the body. Raises Refused when the status is another than `ok`."""
        due = time.monotonic()
        headers = [f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}"]
        headers += [f"Content-Type: {type_}", f"X-CSRFToken: {self.token}"] if method != "GET" else []
        status, head, body = await ask(self.port, method, path, headers, data)
        self.outcome.seconds[kind].append(time.monotonic() - due)
        if status != ok:
            raise Refused(f"{kind}: {status} {body[:300].decode(errors='replace')}")
        self.cookies.update(COOKIE.findall(head))
        if found := FIELD.search(body.decode(errors="replace")):
            self.token = found[1]
        return body

    async def send(self, kind: str, path: str, data: object) -> bytes:
        return await self.click(kind, "POST", path, json.dumps(data).encode(), "application/json")

    async def twice(self, act: Callable[[], Awaitable[bytes]]) -> bytes:
        """`act`, by some at the same moment once more; one of the two must be answered as hoped, the other told."""
        if self.random.random() > CLICKS_TWICE:
            return await act()
        both = await asyncio.gather(act(), act(), return_exceptions=True)
        good = [each for each in both if isinstance(each, bytes)]
        bad = [each for each in both if isinstance(each, BaseException)]
        for each in bad:
            if not any(f": {status} " in str(each) for status in TOLD_TWICE):
                raise each
        if not good:
            raise bad[0]
        return good[0]

    async def reads(self) -> None:
        await asyncio.sleep(self.random.uniform(*READING))

    async def sign_in(self, username: str, password: str) -> None:
        await self.click("sign-in page", "GET", SIGN_IN)
        form = f"csrfmiddlewaretoken={self.token}&username={username}&password={password}&next=/"
        await self.click("sign-in", "POST", SIGN_IN, form.encode(), "application/x-www-form-urlencoded", ok=302)


async def run(port: int, desks: list[Desk], seconds: float, seed: int) -> tuple[Outcome, Counter[str]]:
    """One reporter and one leader of each desk; answers their clicks' times and how far people came."""
    outcome, reached = Outcome(), Counter[str]()
    chance = random.Random(seed)
    # The density of arrivals grows in a straight line: the later half has three quarters of them.
    moments = sorted(seconds * chance.random() ** 0.5 for _ in desks)
    began = time.monotonic()

    async def come(place: int, desk: Desk, moment: float) -> None:
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        try:
            await _report(Person(port, outcome, seed + 2 * place), desk)
            reached["submitted"] += 1
            await _sign(Person(port, outcome, seed + 2 * place + 1), desk)
            reached["signed"] += 1
        except (Refused, OSError, TimeoutError, ValueError) as error:
            outcome.errors[f"{desk.slug} {type(error).__name__} {error}"[:400]] += 1

    async with asyncio.TaskGroup() as group:
        for place, (desk, moment) in enumerate(zip(desks, moments, strict=True)):
            group.create_task(come(place, desk, moment))
    return outcome, reached


async def _report(person: Person, desk: Desk) -> None:
    month = f"/{desk.slug}/reporting/{desk.period_id}/"
    draft = f"/{desk.slug}/api/v1/periods/{desk.period_id}/draft/"
    mended = desk.indicators[0]
    await person.sign_in(desk.reporter, desk.password)
    await person.click("workbench", "GET", month)
    await person.reads()
    await person.click("form", "GET", f"{month}{mended}/")
    await person.reads()
    known = json.loads(await person.click("value", "GET", f"{draft}values/{mended}/"))
    value = {"fact": {"value": str(desk.mended)}, "narrative": "月末最后一批已经验收，按验收单更正累计数。"}
    body = json.dumps({**value, "lock_version": known["lock_version"]}).encode()
    await person.click("save", "PUT", f"{draft}values/{mended}/", body, "application/json")
    await person.reads()
    await person.click("evidence", "POST", f"{draft}values/{mended}/evidence/", *_evidence(desk), ok=201)
    await person.click("workbench", "GET", month)
    await person.reads()
    await person.twice(lambda: person.send("submit", f"{draft}submit/", {}))


async def _sign(leader: Person, desk: Desk) -> None:
    await leader.sign_in(desk.leader, desk.password)
    await leader.click("sign-off page", "GET", f"/{desk.slug}/reporting/{desk.period_id}/sign-off/")
    await leader.reads()
    path = f"/{desk.slug}/api/v1/periods/{desk.period_id}/draft/sign-off/"
    await leader.twice(lambda: leader.send("sign-off", path, {}))


def _evidence(desk: Desk) -> tuple[bytes, str]:
    """A text of 40 KB that nobody else has; answers the form and its media type."""
    text = (f"{desk.slug} 月末验收单 {desk.mended}\n" * 1600).encode()[:40_000].decode(errors="ignore")
    edge = "anlan-rush-edge"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="acceptance.txt"\r\n'
    body = f"{head}Content-Type: text/plain\r\n\r\n{text}\r\n--{edge}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={edge}"
