"""The house keeps its shape: what no import contract can say."""

import ast
import platform
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from tenants import release

ROOT = Path(settings.BASE_DIR)
OURS = ("api", "appraisal", "core", "tenants")
SKIPPED = {".venv", "node_modules", ".data", "__pycache__"}
SOURCES = sorted(
    path
    for top in ("platform", "tenants", "appraisal", "followup_projects", "api", "tests")
    for path in (ROOT / top).rglob("*.py")
    if not SKIPPED & set(path.parts)
)
OUR_MODELS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in OURS]
NUMBERS = (models.DecimalField, models.IntegerField, models.FloatField)
# Keys of rows elsewhere that are no foreign keys on purpose; their name says it all.
REFERENCES = ("_id",)
FORBIDDEN_CALLS = {"schema_context", "tenant_context", "set_tenant", "set_schema", "set_schema_to_public"}
SELF = Path(__file__)


class TestPlatformIsAFolder:
    def test_never_a_package(self) -> None:
        assert not (ROOT / "platform" / "__init__.py").exists()
        assert "site-packages" not in (platform.__file__ or "")
        assert platform.python_version().startswith("3.")

    @pytest.mark.parametrize("name", ["config", "core", "api", "tests", "tenants", "appraisal", "followup_projects"])
    def test_our_packages_are_ours(self, name: str) -> None:
        module = __import__(name)
        assert Path(module.__file__ or "").resolve().is_relative_to(ROOT)


class TestTheOfficeSwitchIsTheOnlyOne:
    """`with tenant:` and its kin swap offices between threads; core.office.mounted is the only way."""

    @pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
    def test_no_other_switch_is_used(self, path: Path) -> None:
        assert forbidden(ast.parse(path.read_text("utf-8"))) == []

    @pytest.mark.parametrize(
        "code",
        [
            "with tenant: pass",
            "with office: pass",
            "with self.office: pass",
            "with schema_context('x'): pass",
            "from django_tenants.utils import tenant_context",
            "@schema_context('x')\ndef f(): pass",
            "connection.set_tenant(t)",
            "connections['default'].set_schema('x')",
        ],
    )
    def test_the_scan_finds_them(self, code: str) -> None:
        assert forbidden(ast.parse(code))


def forbidden(tree: ast.AST) -> list[str]:
    """Every use of a switch that is not ours, as "line: name"."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found += [f"{node.lineno}: {name.name}" for name in node.names if name.name in FORBIDDEN_CALLS]
        elif isinstance(node, ast.Name) and node.id in FORBIDDEN_CALLS:
            found.append(f"{node.lineno}: {node.id}")
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_CALLS:
            found.append(f"{node.lineno}: {node.attr}")
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                name = getattr(item.context_expr, "id", getattr(item.context_expr, "attr", ""))
                if name in ("tenant", "office", "home"):
                    found.append(f"{node.lineno}: with {name}")
    return found


def numeric_fields() -> list[models.Field]:
    return [
        field
        for model in OUR_MODELS
        for field in model._meta.local_concrete_fields
        if isinstance(field, NUMBERS) and not field.primary_key and not field.name.endswith(REFERENCES)
        and not isinstance(field, models.ForeignKey)
    ]  # fmt: skip


class TestModelsExplainThemselves:
    @pytest.mark.parametrize("field", numeric_fields(), ids=lambda field: f"{field.model._meta.label}.{field.name}")
    def test_every_number_says_its_unit_or_meaning(self, field: models.Field) -> None:
        assert str(field.help_text).strip(), "give it a help_text with the unit or the meaning"

    @pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
    def test_the_name_of_a_constraint_is_a_sentence(self, model: type[models.Model]) -> None:
        short = [one.name for one in model._meta.constraints if len(one.name.split("_")) < 3]
        assert short == []

    def test_no_amount_is_a_float(self) -> None:
        assert [
            field for model in OUR_MODELS for field in model._meta.fields if isinstance(field, models.FloatField)
        ] == []

    @pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
    def test_has_a_contract(self, model: type[models.Model]) -> None:
        assert model.__doc__
        assert not model.__doc__.startswith(f"{model.__name__}(")  # Django's own


class TestOfficeSchemasComeFromSql:
    def test_every_migration_of_a_tenant_app_can_be_collected(self, db: None) -> None:
        collected = [(*key, sql) for key, sql in release.sql_of(release.plan().keys)]

        labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
        files = {
            (label, path.stem)
            for app in settings.TENANT_APPS
            for label in [app.rsplit(".", 1)[-1]]
            for path in (ROOT / app.replace(".", "/") / "migrations").glob("[0-9]*.py")
        }
        assert {(label, name) for label, name, _sql in collected} == files
        assert {label for label, _name, _sql in collected} == labels
        assert not [name for _label, name, sql in collected if "public." in sql and "REFERENCES" not in sql]


class TestFilesAreWalkable:
    LONGEST = 500

    def test_no_source_file_grows_past_a_few_screens(self) -> None:
        long = {
            path.relative_to(ROOT).as_posix(): count
            for path in SOURCES
            if "migrations" not in path.parts
            and (count := len(path.read_text("utf-8").splitlines())) > self.LONGEST
        }  # fmt: skip
        assert long == {}
