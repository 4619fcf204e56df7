"""A world with what is known of its people by department; each part is drawn when first asked for, and others stand on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from doudi.simulation.benefits import Benefits, draw_benefits
from doudi.simulation.disability import Certificates, draw_certificates
from doudi.simulation.schooling import Schooling, draw_schooling
from doudi.simulation.work import Work, draw_work
from doudi.simulation.world import World

if TYPE_CHECKING:
    from doudi.simulation.medical import Visits


class Story(World):
    """Everything the datasets are told from."""

    @cached_property
    def certificates(self) -> Certificates:
        """Who is disabled."""
        return draw_certificates(self)

    @cached_property
    def schooling(self) -> Schooling:
        """Who would go to which kind of school."""
        return draw_schooling(self)

    @cached_property
    def work(self) -> Work:
        """Who works, lost a job, draws a pension."""
        return draw_work(self, self.certificates, self.schooling)

    @cached_property
    def visits(self) -> Visits:
        """Every visit to a doctor."""
        from doudi.simulation.medical import draw_visits  # it is told from a story

        return draw_visits(self)

    @cached_property
    def benefits(self) -> Benefits:
        """Who has which recognition, from when to when."""
        return draw_benefits(self, self.certificates, self.work)
