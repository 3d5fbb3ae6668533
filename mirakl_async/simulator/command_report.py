"""The check of commands: each must get exactly one final outcome, the expected one, before it expires."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .world import Action

__all__ = ["CommandReport", "command_report"]


class CommandReport(Struct, frozen=True):
    """The commands of a simulator, by the ids of their actions, grouped by what is wrong with their outcomes.

    `unanswered` have no outcome yet, `expired` got none in time, and `wrong` have an unexpected outcome. `contradicted`
    got another outcome after their final one. `repeated` got the same outcome again, which is harmless.
    """

    total: int
    succeeded: list[str]
    failed: list[str]
    unanswered: list[str]
    expired: list[str]
    wrong: list[str]
    contradicted: list[str]
    repeated: list[str]

    def check(self) -> None:
        """Raise AssertionError unless every command has exactly one final outcome, the expected one."""
        for name in ("unanswered", "expired", "wrong", "contradicted"):
            ids: list[str] = getattr(self, name)
            if ids:
                shown = ", ".join(ids[:5])
                raise AssertionError(f"{len(ids)} of {self.total} commands are {name}, among them {shown}")


def command_report(actions: Mapping[str, Action], now: float) -> CommandReport:
    """Return the report for these actions."""

    def ids(*statuses: str) -> list[str]:
        return [one for one, action in actions.items() if action.status in statuses]

    pending = ids("PENDING")
    late = [one for one in pending if (at := actions[one].expires_at) is not None and now >= at]
    answered = ids("SUCCESS", "FAILED")
    return CommandReport(
        total=len(actions),
        succeeded=ids("SUCCESS"),
        failed=ids("FAILED"),
        unanswered=[one for one in pending if one not in set(late)],
        expired=late,
        wrong=[one for one in answered if actions[one].expected not in {None, actions[one].status}],
        contradicted=[one for one in answered if set(actions[one].late_reports) - {actions[one].status}],
        repeated=[one for one in answered if actions[one].status in actions[one].late_reports],
    )
