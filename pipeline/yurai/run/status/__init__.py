"""Say how far a run is, from what its tree holds: who holds it, what it noted, and which tasks are committed."""

from yurai.run.status.read import Progress, Status, status_of
from yurai.run.status.words import lines

__all__ = ["Progress", "Status", "lines", "status_of"]
