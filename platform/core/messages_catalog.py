"""The English texts: which strings the code shows, and whether each catalog has them. Needs neither gettext nor Babel.

Chinese is the msgid. Each app keeps its English in `<app>/locale/en/LC_MESSAGES/django.po`; Django merges them, so a
string that two apps show needs one entry only, and must not have two different ones.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

from core import tiers

LANGUAGE = "en"
APPS = (
    "platform/core",
    "tenants",
    "appraisal/library",
    "appraisal/ledger",
    "appraisal/results",
    "appraisal/inspections",
    "appraisal/reporting",
    "appraisal/duties",
    "api",
)
TIERS = {"zh_County": False, "en_County": True}  # catalogs of the words one tier down: whether they are English
FIXED = "tier"  # context of words that name a tier of the state and mean the same in every office
HOSTS = {"platform/config": "platform/core"}  # shows strings, has no catalog
# Shown when neither language nor session can be asked: they carry both languages themselves.
BILINGUAL = {"500.html", "maintenance.html"}
HEADER = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
# function: positions of (context, singular, plural) among its arguments
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
HAN = re.compile(r"[\u4e00-\u9fff]")
HAN_TEXT = re.compile(r"[^<>\n]*[\u4e00-\u9fff][^<>\n]*")
LITERAL = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*u?({LITERAL}(?:\s*,\s*u?{LITERAL})*)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@dataclass(frozen=True, order=True)
class Message:
    """A string that is shown. plural and context are "" where there is none."""

    msgid: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.msgid


@dataclass
class Catalogs:
    """What all catalogs say and what all sources want."""

    wanted: dict[str, dict[Message, str]] = field(default_factory=dict)  # app: message: where
    files: dict[str, polib.POFile] = field(default_factory=dict)  # app: its catalog
    complaints: list[str] = field(default_factory=list)


def in_python(source: str) -> Iterator[tuple[Message, int]]:
    """The messages of a Python module, each with its line. A text put together at run time raises ValueError."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS or not node.args:
            continue
        context, singular, plural = CALLS[name]
        places = [place for place in (context, singular, plural) if place is not None]
        if len(node.args) <= max(places):
            continue
        if any(isinstance(node.args[place], ast.JoinedStr) for place in places):
            raise ValueError(f"line {node.lineno}: {name}(f'…') cannot be looked up; use %(name)s")
        if all(isinstance(arg := node.args[place], ast.Constant) and isinstance(arg.value, str) for place in places):
            texts = {place: node.args[place].value for place in places}  # type: ignore[attr-defined]
            yield _message(texts, context, singular, plural), node.lineno


def in_template(source: str) -> Iterator[tuple[Message, int]]:
    """The messages of a template, each with its line."""
    flat = templatize(source)
    for call in TEMPLATE_CALL.finditer(flat):
        texts = dict(enumerate(ast.literal_eval(literal) for literal in re.findall(LITERAL, call[2])))
        context, singular, plural = CALLS[call[1]]
        yield _message(texts, context, singular, plural), flat.count("\n", 0, call.start()) + 1


def _message(texts: dict[int, str], context: int | None, singular: int, plural: int | None) -> Message:
    return Message(
        texts[singular],
        "" if plural is None else texts[plural],
        "" if context is None else texts[context],
    )


def untranslated(source: str) -> Iterator[tuple[str, int]]:
    """Chinese that a template shows without asking for its translation, each with its line."""
    inside = ""  # the tag whose contents are looked over: a translated block, a comment
    for token in Lexer(source).tokenize():
        word = token.split_contents()[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if inside:
            inside = "" if word == f"end{inside}" else inside
        elif word in {"blocktranslate", "blocktrans", "comment"}:
            inside = word
        elif token.token_type == TokenType.TEXT and (text := HAN_TEXT.search(token.contents)):
            yield text[0].strip()[:40], token.lineno or 0
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR} and word not in {"translate", "trans"}:
            plain = re.sub(rf"_\({LITERAL}\)", "", token.contents)
            if HAN.search(plain):
                yield token.contents[:40], token.lineno or 0


def load(root: Path) -> Catalogs:
    """Read every source and catalog below `root`."""
    found = Catalogs()
    for app in APPS:
        folders = [app, *(guest for guest, host in HOSTS.items() if host == app)]
        wanted = found.wanted.setdefault(app, {})
        for path in sorted(path for folder in folders for path in _sources(root / folder)):
            where, source = path.relative_to(root), path.read_text("utf-8")
            try:
                for message, line in (in_python if path.suffix == ".py" else in_template)(source):
                    wanted.setdefault(message, f"{where}:{line}")
            except ValueError as error:
                found.complaints.append(f"{where}: {error}")
            if path.suffix == ".html" and path.name not in BILINGUAL:
                found.complaints += [f"{where}:{line}: not translatable: {text}" for text, line in untranslated(source)]
        po = catalog_path(root, app)
        found.files[app] = polib.pofile(str(po), wrapwidth=119) if po.is_file() else _empty()
    return found


def _sources(folder: Path) -> Iterator[Path]:
    inner = {folder / Path(app).relative_to(folder.name) for app in APPS if app.startswith(f"{folder.name}/")}
    for path in folder.rglob("*"):
        own = not any(other in path.parents for other in inner)
        if own and path.suffix in {".py", ".html"} and "migrations" not in path.parts:
            yield path


def _empty() -> polib.POFile:
    po = polib.POFile(wrapwidth=119)
    po.metadata = dict(HEADER)
    return po


def catalog_path(root: Path, app: str) -> Path:
    """Where an app's English is."""
    return root / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def check(found: Catalogs) -> list[str]:
    """One sentence for each thing wrong; empty when all is well."""
    complaints = list(found.complaints)
    shown = {message.key: message for wanted in found.wanted.values() for message in wanted}
    said: dict[tuple[str, str], tuple[str, polib.POEntry]] = {}
    for app, po in found.files.items():
        for entry in po:
            key = (entry.msgctxt or "", entry.msgid)
            if entry.obsolete or key not in shown:
                complaints.append(f"{app}: no longer used: {entry.msgid}")
                continue
            if problem := _problem(entry, shown[key]):
                complaints.append(f"{app}: {problem}: {entry.msgid}")
            if key in said and _texts(said[key][1]) != _texts(entry):
                complaints.append(f"{app}: also in {said[key][0]}, with another translation: {entry.msgid}")
            said.setdefault(key, (app, entry))
    for app, wanted in found.wanted.items():
        for message, where in wanted.items():
            if message.key not in said:
                complaints.append(f"{app}: no English: {message.msgid} ({where})")
    return complaints


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _problem(entry: polib.POEntry, message: Message) -> str:
    if entry.fuzzy:
        return "fuzzy"
    if bool(message.plural) != bool(entry.msgid_plural):
        return "plural in one place only"
    texts = _texts(entry)
    if not texts or not all(texts):
        return "no English"
    wanted = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural or "")
    for text in texts:
        if _placeholders(text) - wanted or (not entry.msgid_plural and wanted - _placeholders(text)):
            return "other placeholders"
    return ""


def _placeholders(text: str) -> set[str]:
    """Names in %(name)s and {name}."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def update(root: Path, found: Catalogs, *, prune: bool = False) -> int:
    """Add what no catalog has yet, with an empty translation, and sort; answers how many are new.

    prune: also drop what nothing shows any more. Not the rule, because it forgets what a sentence being rewritten said.
    """
    shown = {message.key for wanted in found.wanted.values() for message in wanted}
    have = {(entry.msgctxt or "", entry.msgid) for po in found.files.values() for entry in po if not entry.obsolete}
    added = 0
    for app, po in found.files.items():
        kept = [entry for entry in po if not prune or (entry.msgctxt or "", entry.msgid) in shown]
        for message in sorted(found.wanted[app]):
            if message.key not in have:
                have.add(message.key)
                added += 1
                kept.append(_entry(message))
        if kept or catalog_path(root, app).is_file():
            po[:] = sorted(kept, key=lambda entry: (entry.msgid, entry.msgctxt or ""))
            catalog_path(root, app).parent.mkdir(parents=True, exist_ok=True)
            po.save(str(catalog_path(root, app)))
    return added


def _entry(message: Message) -> polib.POEntry:
    plural = {"msgid_plural": message.plural, "msgstr_plural": {0: "", 1: ""}} if message.plural else {}
    flags = ["python-format"] if "%(" in message.msgid else []
    return polib.POEntry(msgid=message.msgid, msgctxt=message.context or None, msgstr="", flags=flags, **plural)


def compile_all(root: Path) -> list[Path]:
    """Write each catalog's .mo beside it, and those of the words one tier down; answers what was written."""
    written, catalogs = [], []
    for app in APPS:
        po = catalog_path(root, app)
        if po.is_file():
            catalogs.append(polib.pofile(str(po)))
            catalogs[-1].save_as_mofile(str(po.with_suffix(".mo")))
            written.append(po.with_suffix(".mo"))
    for locale, english in TIERS.items():
        mo = root / "platform/config/locale" / locale / "LC_MESSAGES/django.mo"
        mo.parent.mkdir(parents=True, exist_ok=True)
        _one_tier_down(catalogs, english=english).save_as_mofile(str(mo))
        written.append(mo)
    return written


def _one_tier_down(catalogs: list[polib.POFile], *, english: bool) -> polib.POFile:
    """The sentences that speak of tiers, with the words of a prefecture that assesses its counties (core.tiers)."""
    po = _empty()
    if not english:
        po.metadata |= {"Language": "zh", "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in (entry for catalog in catalogs for entry in catalog if entry.msgctxt != FIXED):
        said = _texts(entry) if english else [entry.msgid]
        lower = [tiers.down(text, english=english) for text in said]
        if lower != said:
            plural = {"msgid_plural": entry.msgid_plural, "msgstr_plural": dict(enumerate(lower))}
            text = plural if entry.msgid_plural else {"msgstr": lower[0]}
            po.append(polib.POEntry(msgid=entry.msgid, msgctxt=entry.msgctxt, **text))
    return po
