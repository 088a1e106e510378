"""JSON as a person would write it: bodies nested beyond reason are refused before anything looks into them."""

from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as Plain

DEEPEST = 32  # levels; the deepest body that the contract knows has six


class JSONParser(Plain):
    """As DRF's; Python's own limit (a RecursionError, so a 500) is never reached."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The body's value. Raises ParseError for what is no JSON, or is nested deeper than DEEPEST levels."""
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None
        level = [value]
        for _depth in range(DEEPEST):
            level = [inner for each in level for inner in _inside(each)]
            if not level:
                return value
        raise _too_deep()


def _inside(value: Any) -> list[Any]:
    """What a list or an object holds that may hold something itself."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in held if isinstance(inner, dict | list)]


def _too_deep() -> ParseError:
    return ParseError(_("请求内容嵌套超过 %(levels)s 层，请核对后重新提交。") % {"levels": DEEPEST})
