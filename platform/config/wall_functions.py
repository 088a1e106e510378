"""Functions behind the wall's words: who asks, by the role of the statement (config.wall, cells, tracker).

They run as the login, which sees every office; so the asking role comes in as an argument, it would be lost inside.
PARALLEL SAFE: whoever is a member of the offices' group, as a login may be, has its policies in every plan.
"""

from config.cells import WORDS
from config.tracker import WORDS as TRACKERS_WORDS

_HEAD = (
    "RETURNS {gives} LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER "
    "SET search_path = pg_catalog, pg_temp AS $body$ BEGIN"
)
_ASKS = "o.schema_name = substr(login::text, 3) AND left(login::text, 2) = 't_'"


def _function(name: str, gives: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION anlan.{name}(login name) {_HEAD.format(gives=gives)} {body} END $body$"


FUNCTIONS = {
    "office_of": _function("office_of", "bigint", f"RETURN (SELECT o.id FROM public.tenants_office o WHERE {_ASKS});"),
    "province_of": _function(
        "province_of",
        "bigint",
        "RETURN (SELECT CASE o.level WHEN 'PROVINCE' THEN o.id WHEN 'PREFECTURE' THEN o.parent_id END"
        f" FROM public.tenants_office o WHERE {_ASKS});",
    ),
    "bureau_of": _function(
        "bureau_of",
        "bigint",
        f"RETURN (SELECT o.id FROM public.tenants_office o WHERE o.level = 'PROVINCE' AND {_ASKS});",
    ),
    "members_of": _function(  # as a function: policies of users and of memberships would otherwise ask each other
        "members_of",
        "SETOF bigint",
        "RETURN QUERY SELECT m.user_id FROM public.tenants_membership m JOIN public.tenants_office h"
        " ON h.id = m.office_id JOIN public.tenants_office o ON o.id IN (h.id, h.parent_id)"
        f" WHERE {_ASKS};",
    ),
    **WORDS,
    **TRACKERS_WORDS,
}
