"""The sentences of the year's result: key → (Chinese, English)."""

from typing import Final

YEARS: Final[dict[str, tuple[str, str]]] = {
    "year.interim": (
        "平时成绩：%(months)s 月核定得分的平均，%(sum)s ÷ %(count)s = %(mean)s",
        "Interim: the mean of the published scores of months %(months)s, %(sum)s ÷ %(count)s = %(mean)s",
    ),
    "year.no_interim": (
        "没有平时成绩，年终得分 %(year_end)s 全额计入",
        "No interim score: the year-end score %(year_end)s counts in full",
    ),
    "year.composite": (
        "%(year_end)s × %(year_end_share)s%% + %(interim)s × %(interim_share)s%% = %(composite)s",
        "%(year_end)s × %(year_end_share)s%% + %(interim)s × %(interim_share)s%% = %(composite)s",
    ),
    "year.self": (
        "自评折合 %(self)s 分，综合 %(composite)s 分，相差 %(deviation)s 分",
        "Own score %(self)s, composite %(composite)s: %(deviation)s apart",
    ),
    "year.no_self": ("没有报送自评", "No self-appraisal was handed in"),
    "year.inflated": (
        "自评高出最终得分超过 %(above)s 分，扣 %(points)s 分",
        "Own score more than %(above)s above the final one: %(points)s off",
    ),
    "year.published": ("年度得分 %(total)s 分", "Score of the year: %(total)s"),
    "year.best_conditions": (
        "得分达到“%(grade)s”，但不满足该等次的条件，列为“%(lower)s”",
        "The score reaches “%(grade)s”, but not its conditions: “%(lower)s”",
    ),
    "year.no_veto": ("没有一票否决", "No veto"),
    "year.veto": ("有 %(count)s 项一票否决，不能评为“%(grade)s”", "%(count)s veto(es): “%(grade)s” is out of reach"),
    "year.group_low": (
        "%(code)s 类得 %(score)s 分，为 %(share)s%%，低于 %(at_least)s%%，不能评为“%(grade)s”",
        "Group %(code)s earned %(score)s, %(share)s%%, below %(at_least)s%%: no “%(grade)s”",
    ),
    "year.deviates": (
        "自评与最终得分相差 %(deviation)s 分，超过 %(at_most)s 分，不能评为“%(grade)s”",
        "Own and final score are %(deviation)s apart, more than %(at_most)s: no “%(grade)s”",
    ),
    "year.self_missing": ("没有按时报送自评，不能评为“%(grade)s”", "Without a self-appraisal in time no “%(grade)s”"),
    "year.seats": (
        "%(pool)s 组：%(units)s 家 × %(share)s%% + 结转 %(credit)s = %(entitlement)s，得“%(grade)s”名额 %(seats)s 个",
        "Pool %(pool)s: %(units)s offices × %(share)s%% + %(credit)s carried = %(entitlement)s: %(seats)s “%(grade)s”",
    ),
    "year.in_quota": (
        "符合条件的第 %(place)s 名，在 %(seats)s 个名额之内，评为“%(grade)s”",
        "Place %(place)s of those that qualify, within %(seats)s seat(s): “%(grade)s”",
    ),
    "year.beyond_quota": (
        "符合条件的第 %(place)s 名，超出 %(seats)s 个名额，列为“%(lower)s”",
        "Place %(place)s of those that qualify, beyond %(seats)s seat(s): “%(lower)s”",
    ),
    "year.border": (
        "第 %(place)s 名有 %(count)s 家并列，跨过 %(seats)s 个名额的界线，按规则都不占名额，由考核委员会说明理由后调整",
        "%(count)s offices share place %(place)s across the border of %(seats)s seat(s): none by rule, unless decided",
    ),
    "year.next_points": (
        "距“%(grade)s”的 %(bound)s 分还差 %(short)s 分",
        "%(short)s short of the %(bound)s of “%(grade)s”",
    ),
    "year.next_veto": ("否决把等次限制在“%(ceiling)s”", "A veto holds the grade at “%(ceiling)s”"),
    "year.next_seat": (
        "没有剩余名额，需超过 %(pool)s 组内占名额的最后一家（%(total)s 分）",
        "No seat is left: it would take more than the last that has one in pool %(pool)s (%(total)s)",
    ),
    "year.next_no_seat": ("%(pool)s 组本年没有名额", "Pool %(pool)s has no seat this year"),
    "year.best": ("已是最高等次", "The best grade already"),
}
