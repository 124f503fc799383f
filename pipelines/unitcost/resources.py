"""The warehouse as Dagster hands it to assets: one writer's session for one run."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from unitcost.session import Session, open_session

_LENT: ContextVar[Session | None] = ContextVar("lent session", default=None)


@contextmanager
def lend(session: Session) -> Iterator[None]:
    """Let the runs in this block work with a session that is open, and not open their own."""
    token = _LENT.set(session)
    try:
        yield
    finally:
        _LENT.reset(token)


class Warehouse(dg.ConfigurableResource[Session]):
    """The home folder, opened for writing while a run lasts."""

    home: str
    """Path of the home folder."""

    _session: Session | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(  # type: ignore[override]  # the assets take the resource itself
        self,
        context: dg.InitResourceContext,  # noqa: ARG002 Dagster passes it
    ) -> Generator["Warehouse", None, None]:
        """Hold the writer's lock for the run, unless who started it does."""
        lent = _LENT.get()
        with nullcontext(lent) if lent else open_session(Path(self.home)) as session:
            self._session = session
            yield self
        self._session = None

    @property
    def session(self) -> Session:
        """The open session."""
        if self._session is None:
            message = "the warehouse is open only while a run lasts"
            raise RuntimeError(message)
        return self._session
