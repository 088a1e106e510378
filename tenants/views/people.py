"""Accounts and roles: the list, one person, and each act."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.http import reads, refusals_on, status_of
from tenants import events
from tenants.actors import Actor
from tenants.forms import people as forms
from tenants.forms.offices import ReasonForm
from tenants.models import ChangeRequest, Role, User
from tenants.models.office import OfficeState
from tenants.policies import identity as identity_policies
from tenants.policies import people as policies
from tenants.rules import numbers as number_rules
from tenants.selectors import identity as identity_selectors
from tenants.selectors import people as selectors
from tenants.selectors import second_factor as factor_selectors
from tenants.selectors import sessions as session_selectors
from tenants.usecases import numbers, passwords, roles, second_person, sessions, sign_in
from tenants.usecases import people as usecases
from tenants.views.changes import told
from tenants.views.dialogs import ask, done
from tenants.views.timelines import shown

PAGE = 50
STATES = ("active", "unassigned", "locked", "off", "")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Everybody in reach, by account; found by name, account or staff number."""
    actor, now = _actor(request), timezone.now()
    policies.see_people(actor)
    given = request.GET
    state = given.get("state", "active")
    filters: dict[str, Any] = {
        "query": given.get("q", ""),
        "office_id": int(given["office"]) if given.get("office", "").isdigit() else None,
        "role": given.get("role", "") if given.get("role") in Role.values else "",
        "state": state if state in STATES else "active",
    }
    return _list(request, filters, now=now)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Who has this phone or identity number. It comes in the body: addresses are kept by browsers and logs."""
    actor, now = _actor(request), timezone.now()
    policies.see_people(actor)
    form = forms.NumberForm(request.POST)
    shape = {"query": "", "office_id": None, "role": "", "state": ""}
    if not form.is_valid():
        return _list(request, {**shape, "state": "active"}, now=now, form=form)
    return _list(request, {**shape, "number": form.cleaned_data["number"]}, now=now, form=form)


def _list(request: HttpRequest, filters: dict[str, Any], *, now: datetime, form: Any = None) -> HttpResponse:
    actor = _actor(request)
    people = selectors.people_list(actor, on=timezone.localdate(now), now=now, **filters)
    return render(
        request,
        "tenants/people/index.html",
        {
            "page_obj": Paginator(people, PAGE).get_page(request.GET.get("page")),
            "filters": filters,
            "number_form": form or forms.NumberForm(),
            "offices": list(selectors.offices_in_charge(actor)),
            "roles": Role.choices,
            "now": now,
            "refusals": {"create": policies.create_account.reason(actor, actor.home)},
        },
        status=status_of(form) if form else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Make an account; its initial password is on the answer and nowhere else."""
    actor = _actor(request)
    policies.create_account(actor, actor.home)
    offices = [office for office in selectors.offices_in_charge(actor) if office.state == OfficeState.ACTIVE]
    form = forms.AccountForm(request.POST or None, offices=offices)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            given = dict(form.cleaned_data)
            user, password = usecases.create_account(
                office_id=given.pop("office"), actor=actor, at=timezone.now(), **given
            )
            return _secret(request, user, password, _("账号已建立"))
    return render(request, "tenants/people/create.html", {"form": form}, status=status_of(form))


def _secret(request: HttpRequest, person: User, password: str, title: str) -> HttpResponse:
    """The one page that shows an initial password."""
    context = {"person": person, "password": password, "title": title}
    return render(request, "tenants/people/password.html", context)


@reads
def detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: account, roles, what happened."""
    actor = _actor(request)
    policies.see_people(actor)
    return _page(request, selectors.get_person(actor, user_id))


def _page(request: HttpRequest, person: User, *, role_form: Any = None) -> HttpResponse:
    actor, now = _actor(request), timezone.now()
    on = timezone.localdate(now)
    offices = [office for office in selectors.offices_in_charge(actor) if office.state == OfficeState.ACTIVE]
    held = selectors.memberships_of(actor, person)
    where = held[0].office_id if held else person.office_id or actor.home.pk
    reset = policies.reset_password.reason(actor, person)
    form = role_form or forms.RoleForm(offices=offices, initial={"valid_from": on, "office": where})
    counts = {office.pk: selectors.security_administrators(office, on=on) for office in offices}
    rows = [{"row": row, "refusal": policies.end_role.reason(actor, row, counts.get(row.office_id, 0))} for row in held]
    return render(
        request,
        "tenants/people/detail.html",
        {
            "person": person,
            "locked": person.locked_until is not None and person.locked_until > now,
            "sessions": session_selectors.count_of(person, now=now),
            "second_factor": factor_selectors.has_factor(person),
            "memberships": rows,
            "role_form": form,
            "timeline": shown(events.timeline(events.user_subject(person.pk), 20)),
            "reset_waits": not reset and passwords.reset_waits(person, actor=actor, at=now),
            "refusals": {
                "edit": policies.edit_account.reason(actor, person),
                "phone": policies.reveal_number.reason(actor, "phone"),
                "resident_id": policies.reveal_number.reason(actor, "resident_id"),
                "deactivate": policies.deactivate.reason(actor, person),
                "reactivate": policies.reactivate.reason(actor, person),
                "grant": policies.grant.reason(actor, person),
                "reset": reset,
                "reset_second_factor": policies.reset_second_factor.reason(actor, person),
                "end_sessions": policies.end_sessions.reason(actor, person),
                "identities": identity_policies.unlink_person.reason(actor, person) or _unneeded(person),
                "unlock": policies.unlock.reason(actor, person),
            },
        },
        status=status_of(form),
    )


def _unneeded(person: User) -> str:
    """A button that leads to nothing is not shown."""
    return "" if identity_selectors.open_to(person) or identity_selectors.links_of(person) else _("没有身份认证服务。")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, user_id: int) -> HttpResponse:
    """Names, staff number, phone and identity number; these two are shown, and sent back when unchanged, as masks."""
    actor = _actor(request)
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    policies.edit_account(actor, person)
    known = {key: getattr(person, key) for key in ("name", "name_en", "staff_number")}
    known |= {field: str(getattr(person.numbers, field)) for field in number_rules.FIELDS}
    form = forms.EditForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.edit_account(user_id=person.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("资料已保存。"))
            return redirect("admin-person", person.pk)
    return render(request, "tenants/people/edit.html", {"person": person, "form": form}, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, user_id: int, field: str) -> HttpResponse:
    """Ask for the reason, then show the whole number for some seconds, after which the page goes on by itself."""
    actor, at = _actor(request), timezone.now()
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    policies.reveal_number(actor, field)
    form = ReasonForm(request.POST or None)
    context = {"person": person, "field": field, "form": form}
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            shown_number = numbers.reveal_number(user_id=user_id, field=field, actor=actor, at=at, **form.cleaned_data)
            seconds = number_rules.shown_seconds(on=timezone.localdate(at))
            context |= {"number": shown_number, "seconds": seconds}
            answer = ask(request, "tenants/people/number_shown.html", context, status=200)
            answer["Refresh"] = f"{seconds}; url={resolve_url('admin-person', person.pk)}"
            return answer
    return ask(request, "tenants/people/number.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ask for the reason, then close the account."""
    actor = _actor(request)
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.deactivate(actor, person)
    elif form.is_valid():
        with refusals_on(form):
            usecases.deactivate_account(user_id=person.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("账号已停用，角色已全部终止。"))
            return done(request, "admin-person", person.pk)
    return ask(request, "tenants/people/deactivate.html", {"person": person, "form": form}, status=status_of(form))


@never_cache
@require_POST
def reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Open the account again, with a new initial password."""
    user, password = usecases.reactivate_account(user_id=user_id, actor=_actor(request), at=timezone.now())
    return _secret(request, user, password, _("账号已恢复"))


@never_cache
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new initial password, shown once; an administrator's may need an approval first, for which GET asks why."""
    actor, at = _actor(request), timezone.now()
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    policies.reset_password(actor, person)
    waits = passwords.reset_waits(person, actor=actor, at=at)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and (not waits or form.is_valid()):
        reason = form.cleaned_data["reason"] if waits else ""
        with refusals_on(form):
            outcome = passwords.reset_or_ask(user_id=person.pk, reason=reason, actor=actor, at=at)
            if not isinstance(outcome, ChangeRequest):
                return _secret(request, *outcome, _("密码已重置"))
            told(request, outcome, "")
            return done(request, "admin-person", person.pk)
    status = 422 if request.method == "POST" else 200
    context = {"person": person, "form": form, "waits": waits}
    return ask(request, "tenants/people/reset_password.html", context, status=status)


@require_http_methods(["GET", "POST"])
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ask for the reason, then end every session of a person."""
    actor = _actor(request)
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.end_sessions(actor, person)
    elif form.is_valid():
        with refusals_on(form):
            ended = sessions.end_sessions_of(user_id=person.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            said = ngettext("已结束 %(n)s 个会话。", "已结束 %(n)s 个会话。", ended)
            messages.success(request, said % {"n": ended})
            return done(request, "admin-person", person.pk)
    return ask(request, "tenants/people/end_sessions.html", {"person": person, "form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ask for the reason, then take a lost second factor away."""
    actor = _actor(request)
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.reset_second_factor(actor, person)
    elif form.is_valid():
        with refusals_on(form):
            outcome = second_person.do(
                "reset-factor", user_id=person.pk, actor=actor, at=timezone.now(), **form.cleaned_data
            )
            told(request, outcome, _("二次验证已重置，本人下次用密码登录后可重新登记。"))
            return done(request, "admin-person", person.pk)
    return ask(request, "tenants/people/reset_factor.html", {"person": person, "form": form}, status=status_of(form))


@require_POST
def unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Open a locked account before its time."""
    user = sign_in.unlock_account(user_id=user_id, actor=_actor(request), at=timezone.now())
    messages.success(request, _("账号 %(username)s 已解锁。") % {"username": user.username})
    return redirect("admin-person", user_id)


@require_POST
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a role."""
    actor = _actor(request)
    policies.see_people(actor)
    person = selectors.get_person(actor, user_id)
    offices = [office for office in selectors.offices_in_charge(actor) if office.state == OfficeState.ACTIVE]
    form = forms.RoleForm(request.POST, offices=offices)
    if form.is_valid():
        given = dict(form.cleaned_data)
        with refusals_on(form):
            outcome = second_person.do(
                "grant-role", user_id=person.pk, office_id=given.pop("office"), division_id=given.pop("division"),
                actor=actor, at=timezone.now(), **given,
            )  # fmt: skip
            told(request, outcome, _("角色已授予。"))
            return redirect("admin-person", person.pk)
    return _page(request, person, role_form=form)


@require_http_methods(["GET", "POST"])
def end_role(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Ask for the reason, then end the role."""
    actor = _actor(request)
    policies.see_people(actor)
    membership = selectors.get_membership(actor, membership_id)
    left = selectors.security_administrators(membership.office, on=timezone.localdate())
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.end_role(actor, membership, left)
    elif form.is_valid():
        with refusals_on(form):
            roles.end_role(membership_id=membership.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("角色已终止。"))
            return done(request, "admin-person", membership.user_id)
    return ask(
        request, "tenants/people/end_role.html", {"membership": membership, "form": form}, status=status_of(form)
    )
