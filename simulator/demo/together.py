"""A service and its standby seen as one: two services that serve one demand."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.demo.cast import STANDBYS
from simulator.demo.recording import Recording
from simulator.world import Sample, ServiceKey
from simulator.world.figures import added_up

_SPOT_OF = {standby: key for key, standby in STANDBYS.items()}


@dataclass(slots=True)
class Together:
    """Adds samples to a recording, those of a pair also added up."""

    recording: Recording
    _newest: dict[ServiceKey, Sample] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        """Take the newest sample of a service."""
        key = _SPOT_OF.get(sample.key, sample.key)
        if key not in STANDBYS:
            self.recording.samples.append(sample)
            return
        self.recording.apart.append(sample)
        self._newest[sample.key] = sample
        own, standby = self._newest.get(key), self._newest.get(STANDBYS[key])
        if own is not None:
            both = [own, standby] if standby else [own]
            self.recording.samples.append(added_up(both, sample.at, key, self._demand(own)))

    def _demand(self, own: Sample) -> int:
        """Return what is asked of both: the service's own count, unless the hub holds it."""
        state = self.recording.state(own.key)
        return own.desired if state is None or state.demand is None else state.demand
