"""Settings that hold everywhere; what an installation chooses comes from the environment."""

import os
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from config.settings import broker, logs, notices, security

BASE_DIR = Path(__file__).resolve().parents[3]
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).resolve()

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
# Whoever brings it may read /metrics; without one there is no such page.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# How many proxies of ours stand in front and write X-Forwarded-For; 0: nobody does, and the header is not read.
PROXY_HOPS = int(os.environ.get("PROXY_HOPS") or 0)
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

# --- Apps: SHARED rows live in schema public, TENANT tables exist once per office schema -------------------------
SHARED_APPS = [
    "django_tenants",
    "tenants",
    "core",
    "appraisal.library",
    "appraisal.ledger",
    "appraisal.results",
    "appraisal.inspections",
    "api",
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
]
TENANT_APPS = ["appraisal.reporting", "appraisal.duties"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]

TENANT_MODEL = "tenants.Office"
TENANT_DOMAIN_MODEL = "tenants.Domain"
AUTH_USER_MODEL = "tenants.User"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
# `with tenant:` and schema_context swap offices between threads; tests/house refuses code that uses them.
SILENCED_SYSTEM_CHECKS: list[str] = []

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "tenants.middleware.TransactionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.HtmxRedirectMiddleware",
    "tenants.middleware.SessionGuardMiddleware",
    "core.middleware.RefusalMiddleware",
    "tenants.middleware.OfficeMiddleware",
]

ROOT_URLCONF = "config.urls.portal"
OFFICE_URLCONF = "config.urls.office"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (  # named here because Django caches by itself only loaders that it chose itself
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "core.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "tenants.context_processors.shell",
            ],
        },
    }
]

# --- Data ----------------------------------------------------------------------------------------------------------
EMBEDDED_URL_FILE = DATA_DIR / "pg" / "url"


def database_url() -> str:
    """The chosen server, or the embedded one that `make pg` and `make demo` start."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    if EMBEDDED_URL_FILE.is_file():
        return EMBEDDED_URL_FILE.read_text().strip()
    return "postgresql://anlan@127.0.0.1:1/anlan"  # nothing listens there: the first query says so


DATABASES = {
    "default": {
        **dj_database_url.parse(database_url(), conn_max_age=600, conn_health_checks=True),
        "ENGINE": "core.postgres",
        "ATOMIC_REQUESTS": True,  # a refusal raised by a view takes its writes back; see core.middleware
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a named cursor cannot carry the office switch
        # The way around a transaction pooler, for schema work; see core.postgres.base
        # Who makes roles and becomes the owner of the schemas (core.postgres.owner); only where schemas are made
        "OWNER": dj_database_url.parse(owner) if (owner := os.environ.get("OWNER_DATABASE_URL")) else None,
        "DIRECT": dj_database_url.parse(direct) if (direct := os.environ.get("DIRECT_DATABASE_URL")) else None,
    }
}
# A database login per province (core.cells), written by `manage.py logins`; while there is no such file one does all.
PROVINCE_LOGINS_FILE = os.environ.get("PROVINCE_LOGINS_FILE") or str(DATA_DIR / "keys" / "logins.json")
PROVINCE_CONNECTIONS = int(os.environ.get("PROVINCE_CONNECTIONS") or 8)  # idle ones that a process keeps, at most
CELLS_BY_ROLE = False  # tests: provinces' roles without their connections
ORIGINAL_BACKEND = "django.db.backends.postgresql"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["CACHE_URL"],
        "KEY_FUNCTION": "core.office.cache_key",
    }
    if os.environ.get("CACHE_URL")
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "anlan",
        "KEY_FUNCTION": "core.office.cache_key",
    }
}

EVIDENCE_DIR = DATA_DIR / "evidence"
# The heads of the audit chains, signed; best on a disk that only appends. The key never goes into the database.
ARCHIVE_DIR = Path(os.environ.get("ARCHIVE_DIR", DATA_DIR / "archives"))
# The type of official documents that the installation owns (core.documents.fonts); none: Noto Serif SC.
DOCUMENT_FONTS = os.environ.get("DOCUMENT_FONTS", "")
# Where base backups and the log lie (deploy/server/backup), for who may restore one office into a shadow; '' elsewhere.
BACKUP_DIR = os.environ.get("BACKUP_DIR", "")
SCRATCH_DIR = os.environ.get("SCRATCH_DIR", "")  # room for a whole database for minutes; the system's own if empty
OWN_ROWS = "config.own"  # which rows of the shared tables are an office's own
AUDIT_ANCHOR_DIR = Path(os.environ.get("AUDIT_ANCHOR_DIR", DATA_DIR / "anchors"))
AUDIT_KEY_FILE = Path(os.environ.get("AUDIT_KEY_FILE", DATA_DIR / "keys" / "audit.pem"))
EVIDENCE_MAX_BYTES = 50 * 1024 * 1024
PARAMETER_APPS = ("platform/core", "tenants", "appraisal", "followup_projects", "api")  # whose params/*.yaml are shown
REQUEST_MAX_BYTES = 60 * 1024 * 1024  # a file and the form around it; nginx.conf has the same
# A virus scanner that looks at every upload: clamd://HOST:PORT or clamd:///PATH. Empty: none does.
FILE_SCANNER = os.environ.get("FILE_SCANNER", "")
# Database, broker and cache stand in a network of their own: they may be reached without TLS (core.checks)
TRUSTED_NETWORK = os.environ.get("TRUSTED_NETWORK") == "1"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- People --------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "portal"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "anlan_session"
CSRF_COOKIE_NAME = "anlan_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Language and time: Chinese first, English complete -------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英文"))]
LANGUAGE_COOKIE_NAME = "anlan_language"
# The same sentences one tier down (core.wording), as languages that nobody chooses: zh-county, en-county.
LOCALE_PATHS = [BASE_DIR / "platform" / "config" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

# --- Static files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static").resolve()
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.vendor.VendorFinder",
]
# Source maps are asked for by developers only; compressing them takes half of collectstatic's time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "xz", "br", "woff", "woff2", "map"),
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": EVIDENCE_DIR}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.MemberOfOffice"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.PersonRate"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "api.schema.AnlanSchema",
    "EXCEPTION_HANDLER": "api.errors.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "安澜 Anlan API",
    "DESCRIPTION": "Target-responsibility appraisal and later-stage support, office by office.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.anything_or_null",
    ],
    "ENUM_NAME_OVERRIDES": {  # many things have a `state`; each enumeration keeps its own name
        "JobState": "core.states.JobState",
        "VersionState": "appraisal.library.states.VersionState",
        "CycleState": "appraisal.ledger.states.CycleState",
        "LetterState": "appraisal.ledger.states.LetterState",
        "ConsultationState": "appraisal.ledger.states.ConsultationState",
        "LetterChangeState": "appraisal.ledger.states.LetterChangeState",
        "LetterChangeKind": "appraisal.ledger.models.changes.LetterChangeKind",
        "ValueState": "appraisal.ledger.states.ValueState",
        "RunState": "appraisal.ledger.states.RunState",
        "ObjectionState": "appraisal.ledger.states.ObjectionState",
        "FurtherAppealState": "appraisal.ledger.states.FurtherAppealState",
        "WarningState": "appraisal.ledger.states.WarningState",
        "OfficeLevel": "tenants.models.office.Level",
        "AdjustmentKind": "appraisal.ledger.models.adjustments.ScoreAdjustment.Kind",
        "LetterSide": "appraisal.ledger.models.scans.LetterScan.Side",
        "WarningLevel": "appraisal.ledger.models.warnings.WarningLevel",
        "AmendmentState": "appraisal.ledger.states.AmendmentState",
        "DrawState": "appraisal.inspections.states.DrawState",
        "RobotKind": "tenants.models.notices.NoticeHook.Kind",
        "TaskState": "appraisal.inspections.states.TaskState",
        "RectificationState": "appraisal.inspections.states.RectificationState",
        "SiteRecordState": "appraisal.inspections.states.SiteRecordState",
        "SiteStepKind": "appraisal.inspections.models.site.SiteStep.Kind",
        "ClaimState": "appraisal.inspections.states.ClaimState",
        "FindingConsequence": "appraisal.inspections.models.tasks.Finding.Consequence",
        "RectificationStepKind": "appraisal.inspections.models.tasks.RectificationStep.Kind",
        "DrawKind": "appraisal.inspections.models.draws.Draw.Kind",
        "SeedKind": "appraisal.inspections.models.draws.Draw.SeedKind",
        "TieKind": "appraisal.ledger.models.ties.Tie.Kind",
        "ListState": "appraisal.duties.states.ListState",
        "DutyKind": "appraisal.duties.models.lists.Duty.Kind",
        "DeliveryKind": "appraisal.duties.models.deliveries.Delivery.Kind",
        "DraftState": "appraisal.reporting.states.DraftState",
        "PaperFormKind": "appraisal.results.models.paper_forms.PaperForm.Kind",
        "PaperFormState": "appraisal.results.states.PaperFormState",
        "UseState": "appraisal.results.states.UseState",
        "UseKind": "appraisal.results.models.uses.ResultUse.Kind",
        "SelfState": "appraisal.results.states.SelfState",
        "YearRunState": "appraisal.results.states.YearRunState",
        "ResultState": "appraisal.results.states.ResultState",
        "NoticeObjectionState": "appraisal.results.states.NoticeObjectionState",
        "BookState": "appraisal.reporting.states.BookState",
        "ProviderState": "tenants.states.ProviderState",
        "ChangeState": "tenants.states.ChangeState",
        "OfficeState": "tenants.states.OfficeState",
        "ShadowState": "tenants.states.ShadowState",
        "ShadowSource": "tenants.models.shadows.ShadowSource",
        "DifferenceKind": "tenants.models.shadows.DifferenceKind",
        "RoleEnum": "tenants.models.people.Role",
        "Better": "appraisal.library.models.indicator.Better",  # the other `direction` moves a row
    },
}

# --- The rest lives in rooms of its own ----------------------------------------------------------------------------
globals().update(security.settings(DATA_DIR))
globals().update(broker.settings(DATA_DIR))
globals().update(notices.settings())
LOGGING = logs.settings()

MENU = "config.menu.MENU"
WALL = "config.wall"  # what an office's role may do with the rows of the shared tables
MENU_BENEATH = "config.menu.BENEATH"
MENU_EMERGENCY = "config.menu.EMERGENCY"
# Views the three administrators have no business with: they keep the system, they see no business data.
BUSINESS_VIEWS = (
    "appraisal.",
    *(f"api.v1.{name}" for name in ("library", "letters", "reporting", "verification", "province_facts", "scores")),
    *(f"api.v1.{name}" for name in ("adjustments", "objections", "results", "result_uses", "sandbox", "amendments")),
    *(f"api.v1.{name}" for name in ("draws", "fact_claims", "false_claims", "inspections", "ties", "duties")),
    *(f"api.v1.{name}" for name in ("consultations", "letter_changes", "letter_scans", "matters", "own_rules")),
    *(f"api.v1.{name}" for name in ("tracking", "warnings")),
    "api.v1.paper_forms",
    "api.v1.statements",
    "api.v1.decision_documents",
    "api.v1.further_appeals",
    "api.v1.site_records",
)
JOB_MANAGER_ROLES = ("APPRAISAL_ADMIN", "SYS_ADMIN")  # beside whoever wanted the job; core knows no roles
DEMO_MARK = False  # the amber 演示数据 mark in the top bar
APP_VERSION = "0.1.0"
