"""The warehouse as Dagster hands it to assets: one writer's session for one run."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from unitcost.session import Session, open_session


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
        """Hold the writer's lock for the run."""
        with open_session(Path(self.home)) as session:
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
