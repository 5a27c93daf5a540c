"""Credentials -> verdicts: two requests for each at most, and no more than the budget for all."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from leakscan.verdict import Verification
from leakscan.verify.allowed import Request, Unsendable
from leakscan.verify.answers import CLOCK, Answer
from leakscan.verify.keys import Keys
from leakscan.verify.venues import VENUES
from leakscan.verify.venues.conversation import Conversation, Moment

MAX_CALLS = 2
_TIRED = (418, 429)


class Sender(Protocol):
    def send(self, request: Request) -> Answer: ...


class Asker:
    """`budget`: requests for everything together; `clock` gives seconds since the epoch."""

    def __init__(self, client: Sender, *, budget: int, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self.left = budget
        self._tired: set[str] = set()

    def ask(self, exchange: str, keys: Keys) -> Verification:
        """What the exchange says; of one that says too little or nothing: unknown."""
        talk = _Talk(self, min(MAX_CALLS, self.left))
        if not talk.left:
            return Verification(reason="the request budget is used up")
        shift, venue = 0.0, VENUES[exchange]
        try:
            while True:
                moment = Moment(self._clock() + shift, str(uuid.uuid4()))
                verdict = talk.run(venue.ask(keys, moment))
                if verdict != CLOCK or talk.date is None or not talk.left or shift:
                    is_test = verdict.is_test or (venue.is_test and verdict.status == "active")
                    return replace(verdict, is_test=is_test)
                shift = talk.date - self._clock()  # once more, by the exchange's own clock
        except Unsendable as error:
            return Verification(reason=str(error))

    def send(self, request: Request) -> Answer:
        host = request.endpoint.host
        if host in self._tired:
            return Answer(429)
        self.left -= 1
        answer = self._client.send(request)
        if answer.status in _TIRED:
            self._tired.add(host)
        return answer


class _Talk:
    """What one credential may still ask; `date`: the exchange's clock as it last said."""

    def __init__(self, asker: Asker, left: int) -> None:
        self._asker = asker
        self.left = left
        self.date: float | None = None

    def run(self, conversation: Conversation) -> Verification:
        try:
            request = next(conversation)
            while True:
                request = conversation.send(self._send(request))
        except StopIteration as end:
            verdict = end.value
            assert isinstance(verdict, Verification)
            return verdict

    def _send(self, request: Request) -> Answer:
        if not self.left:
            return Answer(trouble="it was asked as often as it may be")
        self.left -= 1
        answer = self._asker.send(request)
        self.date = answer.date
        return answer
