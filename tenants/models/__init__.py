"""SHARED tables: offices and regions, accounts, memberships and stand-ins, sign-in attempts."""

from tenants.models.archives import OfficeArchive
from tenants.models.changes import ChangeRequest
from tenants.models.emergency import EmergencyAccount, EmergencyHalf, EmergencyOpening
from tenants.models.identity import IdentityLink, IdentityProvider, ProviderSecret
from tenants.models.notices import Channel, Dispatch, Notice, NoticeHook
from tenants.models.office import Division, Domain, Office, OfficeName, Region, SchemaState
from tenants.models.passwords import FormerPassword
from tenants.models.people import Duty, Membership, PersonalNumbers, Role, StandIn, User, duty_of
from tenants.models.second_factor import RecoveryCode, SecondFactor
from tenants.models.sessions import OpenSession
from tenants.models.shadows import DifferenceKind, Shadow, ShadowDifference, ShadowSource
from tenants.models.sign_in import SignInAttempt

__all__ = [
    "ChangeRequest",
    "Channel",
    "DifferenceKind",
    "Dispatch",
    "Division",
    "Domain",
    "Duty",
    "EmergencyAccount",
    "EmergencyHalf",
    "EmergencyOpening",
    "FormerPassword",
    "IdentityLink",
    "IdentityProvider",
    "Membership",
    "Notice",
    "NoticeHook",
    "Office",
    "OfficeArchive",
    "OfficeName",
    "OpenSession",
    "PersonalNumbers",
    "ProviderSecret",
    "RecoveryCode",
    "Region",
    "Role",
    "SchemaState",
    "SecondFactor",
    "Shadow",
    "ShadowDifference",
    "ShadowSource",
    "SignInAttempt",
    "StandIn",
    "User",
    "duty_of",
]
