"""Receiving: suppliers' files in, checked tables out."""

from etl.receive.delivery import Received, Snapshot, receive
from etl.receive.persons import iter_person_values, person_values

__all__ = ["Received", "Snapshot", "iter_person_values", "person_values", "receive"]
