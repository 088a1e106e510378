"""Events of offices and people as lines of a timeline."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import EventRecord
from tenants.actors import recorded_roles
from tenants.models import Role
from tenants.usecases import second_person

# event name → (icon, tone, text with the event's data)
LINES = {
    "OfficeOnboarded": ("building-community", "ok", gettext_lazy("建立机构")),
    "OfficeRenamed": ("pencil", "info", gettext_lazy("更名：%(old_name)s → %(new_name)s，自 %(valid_from)s 起")),
    "OfficeSuspended": ("lock", "bad", gettext_lazy("停用机构")),
    "ChainsReanchored": ("anchor", "bad", gettext_lazy("恢复数据库后重新锚定：%(chains)s")),
    "OfficeArchived": ("archive", "bad", gettext_lazy("归档机构")),
    "OfficeReopened": ("archive-off", "warn", gettext_lazy("恢复机构档案")),
    "ShadowAsked": ("history", "warn", gettext_lazy("申请还原历史副本：%(moment)s 的数据")),
    "ShadowPutBack": ("arrow-back-up", "bad", gettext_lazy("从历史副本恢复数据：%(rows)s 行")),
    "ShadowDropped": ("trash", "mute", gettext_lazy("清除历史副本 %(schema_name)s")),
    "OfficeReactivated": ("lock-open", "ok", gettext_lazy("恢复使用")),
    "DivisionAdded": ("plus", "ok", gettext_lazy("设立处室：%(division)s")),
    "DivisionRenamed": ("pencil", "info", gettext_lazy("处室更名：%(old_name)s → %(new_name)s")),
    "DivisionClosed": ("x", "mute", gettext_lazy("撤销处室：%(division)s，最后一天 %(valid_to)s")),
    "AccountCreated": ("user-plus", "ok", gettext_lazy("建立账号 %(username)s")),
    "AccountEdited": ("pencil", "info", gettext_lazy("修改账号资料")),
    "NumberRevealed": ("eye", "warn", gettext_lazy("查看完整号码：%(number)s")),
    "AccountDeactivated": ("user-off", "bad", gettext_lazy("停用账号")),
    "AccountReactivated": ("user-check", "ok", gettext_lazy("恢复账号")),
    "RoleGranted": ("key", "ok", gettext_lazy("授予角色：%(role)s，自 %(valid_from)s 起")),
    "RoleEnded": ("key-off", "bad", gettext_lazy("终止角色：%(role)s")),
    "PasswordChanged": ("lock", "info", gettext_lazy("本人修改密码")),
    "PasswordReset": ("lock", "warn", gettext_lazy("重置密码")),
    "SessionsEnded": ("logout", "warn", gettext_lazy("结束全部会话：%(count)s 个")),
    "SecondFactorEnrolled": ("shield-check", "ok", gettext_lazy("启用二次验证")),
    "SecondFactorRemoved": ("shield-off", "warn", gettext_lazy("停用二次验证")),
    "SecondFactorReset": ("shield-off", "bad", gettext_lazy("重置二次验证")),
    "RecoveryCodesRenewed": ("refresh", "info", gettext_lazy("更换恢复码")),
    "RecoveryCodeUsed": ("key", "warn", gettext_lazy("用恢复码登录，还剩 %(left)s 个")),
    "ChangeAsked": ("user-question", "warn", gettext_lazy("提出变更申请：%(act)s（%(what)s）")),
    "ChangeApproved": ("user-check", "ok", gettext_lazy("批准变更：%(act)s（%(what)s），由%(asked_by)s提出")),
    "ChangeRefused": ("user-x", "bad", gettext_lazy("未批准变更：%(act)s（%(what)s）")),
    "ChangeWithdrawn": ("arrow-back-up", "mute", gettext_lazy("撤回变更申请：%(act)s（%(what)s）")),
    "ProviderSaved": ("id-badge-2", "info", gettext_lazy("登记身份认证服务：%(provider)s（%(issuer)s）")),
    "ProviderEnabled": ("id-badge-2", "ok", gettext_lazy("启用身份认证服务：%(provider)s")),
    "ProviderDisabled": ("id-badge-off", "bad", gettext_lazy("停用身份认证服务：%(provider)s")),
    "IdentityLinked": ("link", "ok", gettext_lazy("关联身份：%(provider)s")),
    "IdentityUnlinked": ("unlink", "warn", gettext_lazy("解除身份关联：%(provider)s")),
    "EmergencyDrawn": ("lifebuoy", "info", gettext_lazy("生成应急账号的两半密码，交%(first)s和%(second)s")),
    "EmergencyHalfTaken": ("mail", "info", gettext_lazy("取走应急账号的第 %(place)s 半密码")),
    "EmergencySealed": ("lifebuoy", "ok", gettext_lazy("应急账号已封存")),
    "HookAdded": ("robot", "info", gettext_lazy("登记群机器人“%(name)s”（%(host)s）")),
    "HookRemoved": ("robot-off", "mute", gettext_lazy("移除群机器人“%(name)s”（%(host)s）")),
    "EmergencyTried": ("alert-triangle", "bad", gettext_lazy("试开应急账号未成，来自 %(address)s")),
    "EmergencyTriesNoted": ("eye", "info", gettext_lazy("确认 %(tries)s 次试开应急账号")),
    "EmergencyOpened": ("alert-triangle", "bad", gettext_lazy("%(person)s 开启应急账号，来自 %(address)s")),
    "EmergencyClosed": ("lock", "warn", gettext_lazy("应急使用结束，两半密码作废")),
    "EmergencyAccounted": ("writing-sign", "info", gettext_lazy("说明应急使用：%(told)s")),
    "LockOpened": ("lock-open", "ok", gettext_lazy("解除锁定：%(what)s")),
    "StandInNamed": (
        "user-share",
        "info",
        gettext_lazy("指定代理：%(role)s由%(person)s代理，%(starts_on)s 至 %(ends_on)s"),
    ),
    "StandInRevoked": ("user-share", "mute", gettext_lazy("撤销代理：%(role)s（%(person)s）")),
}
NUMBERS = {"phone": gettext_lazy("电话"), "resident_id": gettext_lazy("居民身份证号")}


def shown(records: Iterable[EventRecord]) -> list[dict[str, Any]]:
    """As the component `timeline` wants them, newest first as given."""
    lines = []
    for record in records:
        icon, tone, text = LINES.get(record.name, ("point", "mute", record.name))
        data = {**record.data}
        if "role" in data:
            data["role"] = str(Role(data["role"]).label) if data["role"] in Role.values else data["role"]
        if "action" in data:
            data["act"] = second_person.label_of(data["action"])
        if record.name == "NumberRevealed":
            data["number"] = str(NUMBERS.get(data["number"], data["number"]))
        who = f"{record.actor_name} {recorded_roles(record.actor_role)}".strip() or _("系统")
        lines.append(
            {
                "icon": icon,
                "tone": tone,
                "text": str(text) % data,
                "actor": who,
                "at": record.at,
                "quote": data.get("reason", ""),
            }
        )
    return lines
