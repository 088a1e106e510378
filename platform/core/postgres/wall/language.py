"""The words in which the wall is told: a table's rows are shown and written on conditions, or withheld whole."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What an office's role may do with a table's rows. Each condition is SQL about a row; '' withholds the right.

    see: SELECT. add: INSERT, about the new row. change: UPDATE, about the row before and after. lock: rows that may be
    locked (SELECT FOR UPDATE) by who may not change them, so that the policy of the use case still says why not.
    remove: DELETE. fixed: columns that an office may set at most when it adds the row; hidden: that it does not read.
    """

    see: str
    add: str = ""
    change: str = ""
    lock: str = ""
    remove: str = ""
    fixed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @classmethod
    def all(cls, *, see: str, write: str) -> "Rows":
        """One condition for every kind of writing."""
        return cls(see=see, add=write, change=write, lock=see, remove=write)

    @property
    def policies(self) -> dict[str, tuple[str, str, str]]:
        """Policy name → (command, USING, WITH CHECK); '' where PostgreSQL takes none."""
        return self.policies_of("office")

    def policies_of(self, who: str) -> dict[str, tuple[str, str, str]]:
        """The same for an `office`, a `cell` or the `portal`, by which their names begin."""
        found = {f"{who}_sees": ("SELECT", self.see, "")}
        if self.add:
            found[f"{who}_adds"] = ("INSERT", "", self.add)
        if self.change:
            found[f"{who}_changes"] = ("UPDATE", self.lock or self.change, self.change)
        if self.remove:
            found[f"{who}_removes"] = ("DELETE", self.remove, "")
        return found

    @property
    def privileges(self) -> frozenset[str]:
        """The table privileges that go with the policies; UPDATE by column where some are fixed."""
        return frozenset(command for command, _using, _check in self.policies.values())

    @property
    def by_column(self) -> dict[str, tuple[str, ...]]:
        """Privilege → the columns that it is not granted on; the others one by one."""
        found = {"UPDATE": self.fixed, "SELECT": self.hidden}
        return {privilege: names for privilege, names in found.items() if names and privilege in self.privileges}


@dataclass(frozen=True)
class Withheld:
    """No office's role has any business with the table; `reason` says why."""

    reason: str

    policies: dict[str, tuple[str, str, str]]
    privileges: frozenset[str]

    def __init__(self, reason: str) -> None:
        object.__setattr__(self, "reason", reason)
        object.__setattr__(self, "policies", {})
        object.__setattr__(self, "privileges", frozenset())


Table = Rows | Withheld
