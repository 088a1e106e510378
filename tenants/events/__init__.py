"""What happened to offices and people. Subjects: tenants.office:<id>, tenants.user:<id>."""

from dataclasses import dataclass
from datetime import date, datetime

from core.events import Event, record, record_all, timeline


def office_subject(office_id: int) -> str:
    return f"tenants.office:{office_id}"


def user_subject(user_id: int) -> str:
    return f"tenants.user:{user_id}"


@dataclass(frozen=True, kw_only=True)
class OfficeOnboarded(Event):
    """An office was created, with its schema."""

    schema_name: str
    office_name: str


@dataclass(frozen=True, kw_only=True)
class OfficeRenamed(Event):
    """An office bears another name from a day on."""

    old_name: str
    new_name: str
    valid_from: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class CountyMoved(Event):
    """A county belongs to another prefecture from a day on."""

    county: str
    code: str
    old_parent: str
    new_parent: str
    valid_from: date
    basis: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CountyAbolished(Event):
    """A county is no more from a day on; another one took it over."""

    county: str
    code: str
    merged_into: str
    valid_from: date
    basis: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfficeSuspended(Event):
    """An office was closed to its people."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class OfficeReactivated(Event):
    """A suspended office is open again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class OfficeArchived(Event):
    """A suspended office was packed into a file and closed for writing."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ShadowAsked(Event):
    """What an office had at a moment was asked for, to look at."""

    moment: str
    schema_name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShadowPutBack(Event):
    """Rows of a shadow were put back."""

    schema_name: str
    rows: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShadowDropped(Event):
    """A shadow was to be removed before its day."""

    schema_name: str


@dataclass(frozen=True, kw_only=True)
class OfficeReopened(Event):
    """An archived office may be opened again; it is suspended."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ChainsReanchored(Event):
    """After a restore: chains go on from an earlier place than was anchored."""

    chains: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DivisionAdded(Event):
    """A division was set up inside an office."""

    division: str


@dataclass(frozen=True, kw_only=True)
class DivisionRenamed(Event):
    """A division bears another name."""

    old_name: str
    new_name: str


@dataclass(frozen=True, kw_only=True)
class DivisionClosed(Event):
    """A division ends with a day."""

    division: str
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """A person got their account."""

    username: str


@dataclass(frozen=True, kw_only=True)
class AccountEdited(Event):
    """A person's names, staff number, phone or identity number were changed."""

    changed: str


@dataclass(frozen=True, kw_only=True)
class NumberRevealed(Event):
    """An administrator was shown a person's whole phone or identity number."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountDeactivated(Event):
    """An account can no longer sign in; its roles are ended."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountReactivated(Event):
    """An account can sign in again, with a new password and without roles."""


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """A person holds a role in an office from a day on."""

    office_id: int
    role: str
    valid_from: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    """A person no longer holds a role."""

    office_id: int
    role: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A person chose a new password."""


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    """The security administrator gave a person a password to be changed at the next sign-in."""


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    """The security administrator ended all sessions of a person."""

    count: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorEnrolled(Event):
    """A person confirmed a second factor."""


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Event):
    """A person gave their second factor up."""


@dataclass(frozen=True, kw_only=True)
class SecondFactorReset(Event):
    """The security administrator took a second factor away."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesRenewed(Event):
    """A person got new recovery codes in place of the old ones."""


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """A person signed in with a recovery code."""

    left: int


@dataclass(frozen=True, kw_only=True)
class LockOpened(Event):
    """The security administrator unlocked an account or an address."""

    what: str


@dataclass(frozen=True, kw_only=True)
class ProviderSaved(Event):
    """A provider of identity was set up or changed."""

    provider: str
    issuer: str


@dataclass(frozen=True, kw_only=True)
class ProviderEnabled(Event):
    """People can sign in by a provider of identity."""

    provider: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProviderDisabled(Event):
    """People can no longer sign in by a provider of identity."""

    provider: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Event):
    """A subject of a provider became a person here."""

    provider: str


@dataclass(frozen=True, kw_only=True)
class IdentityUnlinked(Event):
    """A subject of a provider is no longer a person here."""

    provider: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StandInNamed(Event):
    """Someone acts in a member's role between two days."""

    role: str
    person: str
    starts_on: date
    ends_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class StandInRevoked(Event):
    """A stand-in ended before its last day."""

    role: str
    person: str


@dataclass(frozen=True, kw_only=True)
class ChangeAsked(Event):
    """An administrator asked for a grave change; another one decides."""

    action: str
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeApproved(Event):
    """A second administrator agreed to a grave change, and it was done."""

    action: str
    what: str
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class ChangeRefused(Event):
    """A second administrator did not agree to a grave change."""

    action: str
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeWithdrawn(Event):
    """Who asked for a grave change took it back."""

    action: str
    what: str


@dataclass(frozen=True, kw_only=True)
class EmergencyDrawn(Event):
    """Two halves of a new password of the emergency account were made, for two administrators."""

    first: str
    second: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class EmergencyHalfTaken(Event):
    """An administrator took their half."""

    place: int


@dataclass(frozen=True, kw_only=True)
class EmergencySealed(Event):
    """Both halves are taken: the emergency account can be opened by both."""


@dataclass(frozen=True, kw_only=True)
class EmergencyTried(Event):
    """Somebody tried to open the emergency account and could not."""

    address: str
    why: str


@dataclass(frozen=True, kw_only=True)
class EmergencyTriesNoted(Event):
    """An administrator looked into failed tries."""

    tries: int


@dataclass(frozen=True, kw_only=True)
class EmergencyOpened(Event):
    """The emergency account was opened by both halves."""

    person: str
    address: str
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class EmergencyClosed(Event):
    """The use of the emergency account is over; both halves are void."""

    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class EmergencyAccounted(Event):
    """An administrator wrote what was done in an emergency; the second one closes the alarm."""

    told: str
    closed: bool


__all__ = [name for name, thing in list(globals().items()) if isinstance(thing, type) and issubclass(thing, Event)] + [
    "office_subject",
    "record",
    "record_all",
    "timeline",
    "user_subject",
]


@dataclass(frozen=True, kw_only=True)
class HookAdded(Event):
    """Reminders of the office go to a group chat, too."""

    name: str
    host: str


@dataclass(frozen=True, kw_only=True)
class HookRemoved(Event):
    """They no longer do."""

    name: str
    host: str
