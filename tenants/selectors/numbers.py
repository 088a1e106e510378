"""How often somebody was shown a whole personal number."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from core.models import SensitiveRead

READ = "personal-number"  # as the sensitive reads call it


def revealed_on(user_id: int, day: date) -> int:
    """Times that `user_id` was shown one on a day, in the offices that the mount in force lets see."""
    first = datetime.combine(day, time.min, timezone.get_default_timezone())
    rows = SensitiveRead.objects.filter(what=READ, actor_id=user_id)
    return rows.filter(at__gte=first, at__lt=first + timedelta(days=1)).count()
