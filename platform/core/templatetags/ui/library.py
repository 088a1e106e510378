"""The one template library that the modules of this package write their tags into."""

from django.template import Library

register = Library()
