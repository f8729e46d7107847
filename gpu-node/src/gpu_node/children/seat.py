"""What a call has while its handler works: a process, a place, and its share of the machine. When
the handler has returned it is left, or passed on whole to a call of the same type that is next."""

from gpu_node.children.child import Child
from gpu_node.children.fleet import Fleet
from gpu_node.children.places import Place
from gpu_node.children.resources import Holding


class Seat:
    """All three, until it is left or passed on."""

    def __init__(
        self, node_type: str, fleet: Fleet, holding: Holding, *, place: Place, child: Child
    ) -> None:
        self.place = place
        self.holding = holding
        self.child = child
        self._node_type = node_type
        self._fleet = fleet
        self._has_child = True
        self._is_left = False

    @property
    def is_wanted(self) -> bool:
        """Whether others wait for its share of the machine."""
        return self.holding.is_wanted

    def suits(self, node_type: str, fleet: Fleet) -> bool:
        """Whether it is what a call of the type needs."""
        return (self._node_type, self._fleet) == (node_type, fleet)

    def pass_on(self) -> "Seat | None":
        """For the next call; None where others wait for a part of it, or where the process is to
        be looked at first. It is left as a rule then."""
        if self._is_left or self.is_wanted or not self._fleet.may_stay(self.child):
            return None
        if not (place := self.place.pass_on()):
            return None
        self._is_left = True
        return Seat(self._node_type, self._fleet, self.holding, place=place, child=self.child)

    async def change(self, engine: str) -> None:
        """Another process in the place of one that has died."""
        self._give_back()
        self.child = await self._fleet.take(self._node_type, engine)
        self._has_child = True

    def leave(self) -> None:
        """Once is enough."""
        if not self._is_left:
            self._is_left = True
            self._give_back()
            self.place.leave()
            self.holding.leave()

    def _give_back(self) -> None:
        if self._has_child:
            self._has_child = False
            self._fleet.give_back(self.child)
