"""The judge of commands: every one owes exactly one final outcome, the right one, before it expires."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .world import Action

__all__ = ["CommandReport", "command_report"]


class CommandReport(Struct, frozen=True):
    """Commands by the ids of their actions.

    `unanswered` wait for an outcome, `expired` had none in time, `wrong` have another than expected, `contradicted`
    were reported with another outcome once they were final. `repeated` outcomes, the same again, do no harm.
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
        """Raise AssertionError unless every command has exactly one final outcome, the right one."""
        for name in ("unanswered", "expired", "wrong", "contradicted"):
            ids: list[str] = getattr(self, name)
            if ids:
                shown = ", ".join(ids[:5])
                raise AssertionError(f"{len(ids)} of {self.total} commands are {name}, among them {shown}")


def command_report(actions: Mapping[str, Action], now: float) -> CommandReport:
    """Sum up what became of the actions."""

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
