"""Settings of a transaction that stand before whatever comes next: sent together with the next statement, so they cost no journey of their own.

Who acts, why, and which verb runs are told to PostgreSQL this way. The order is the order of queueing; nothing reaches the server before them.
"""
from collections.abc import Callable
from typing import Any

import psycopg

Statement = tuple[str, list[Any]]


class Ahead:
    """An execute wrapper of Django's connection: puts what is queued in front of the next statement."""

    def __init__(self) -> None:
        self.queued: list[Statement] = []

    def put(self, statement: str, values: list[Any]) -> None:
        """Queue a statement whose answer nobody needs."""
        self.queued.append((statement, values))

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Send what is queued and the statement: in one go where the cursor allows several, else one after the other."""
        queued, self.queued = self.queued, []
        if not queued:
            return execute(sql, params, many, context)
        before, values = "; ".join(statement for statement, _ in queued), [value for _, given in queued for value in given]
        if many or params is None or not isinstance(sql, str) or not isinstance(context["cursor"].cursor, psycopg.ClientCursor):
            context["connection"].connection.execute(before, values)
            return execute(sql, params, many, context)
        answer = execute(f"{before}; {sql}", [*values, *params], many, context)
        while context["cursor"].nextset():  # the statement's own answer is the last
            pass
        return answer
