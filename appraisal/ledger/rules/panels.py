"""What a panel's votes come to. Source: domain reference 2.2 step 16, 2.5 (Review)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """Of one panel: members in place, how many of them have voted, how many of these to uphold."""

    seats: int = 0
    votes: int = 0
    upholds: int = 0

    @property
    def complete(self) -> bool:
        """There is a panel, and everybody on it has voted."""
        return 0 < self.seats == self.votes

    @property
    def upheld(self) -> bool:
        """What the majority of an odd panel wants, once it is complete."""
        return self.upholds * 2 > self.seats

    @property
    def majority(self) -> int:
        return max(self.upholds, self.votes - self.upholds)
