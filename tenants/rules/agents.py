"""What a browser says of itself, in two words that its person recognises. Pure text; nothing is decided by it."""

import re

# The first that matches: most browsers also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("360", re.compile(r"QIHU|360SE|360EE")),
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"OPR/(\d+)")),
    ("QQ", re.compile(r"QQBrowser/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:Headless)?(?:Chrome|CriOS|Chromium)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+).*Safari")),
)
SYSTEMS = (
    ("Android", re.compile("Android")),
    ("iOS", re.compile("iPhone|iPad")),
    ("Windows", re.compile("Windows")),
    ("macOS", re.compile("Mac OS X|Macintosh")),
    ("UOS", re.compile("UOS|uos")),
    ("Kylin", re.compile("Kylin|kylin")),
    ("Linux", re.compile("Linux|X11")),
)


def described(agent: str) -> str:
    """`Chrome 120 · Windows`; a program's first word (`curl 8`) where it is no browser; "" of nothing."""
    parts = []
    for name, pattern in BROWSERS:
        if found := pattern.search(agent):
            parts.append(f"{name} {found[1]}" if found.groups() else name)
            break
    parts += [name for name, pattern in SYSTEMS if pattern.search(agent)][:1]
    if not parts and (program := re.match(r"([\w.-]+)(?:/(\d+))?", agent)):
        return f"{program[1]} {program[2] or ''}".strip()[:40]
    return " · ".join(parts)
