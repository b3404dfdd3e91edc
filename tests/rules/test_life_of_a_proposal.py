"""The whole life of proposals on the pure rules: whatever is done in whatever order, what must hold holds.

A machine hands proposals in, reviews, dispatches, replies, asks, sends back, closes and settles promises, in any
order the graphs allow; what they do not allow must be refused.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.proposals.rules.commitments import (
    CommitmentStep,
    check_new_date,
    is_promise,
    to_settle,
)
from services.proposals.rules.commitments import after as promise_after
from services.proposals.rules.dispatch import check_extension
from services.proposals.rules.feedback import LAST_ROUND, Answered, Outcome, count, months_after, outcome
from services.proposals.rules.handling_states import GRAPH as HANDLING
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.handling_states import after as handling_after
from services.proposals.rules.numbering import ProposalNumber
from services.proposals.rules.replies import require_talk
from services.proposals.rules.states import GRAPH as REVIEW
from services.proposals.rules.states import Step
from services.proposals.rules.states import after as review_after
from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import (
    Attitude,
    CommitmentState,
    FeedbackResult,
    HandlingState,
    ProposalState,
    ReplyClass,
    Visited,
)

ANSWERS = st.one_of(
    st.just(Answered()),
    st.builds(Answered, st.sampled_from(Visited), st.sampled_from(Attitude), st.sampled_from(FeedbackResult)),
)
DAYS = st.integers(1, 120)
SETTLING = (CommitmentStep.REPORT, CommitmentStep.KEEP, CommitmentStep.POSTPONE, CommitmentStep.BREAK)


@dataclass
class Promise:
    """A line of a reply that is looked at again."""

    due: date
    state: CommitmentState = CommitmentState.OPEN
    postponed: int = 0


@dataclass
class Life:
    """One proposal from its first draft on."""

    state: ProposalState | None = None
    handling: HandlingState | None = None
    round: int = 1
    due: date | None = None
    dispatched: date | None = None
    extended: bool = False
    number: str | None = None
    talked: set[int] = field(default_factory=set)
    replied: list[int] = field(default_factory=list)
    rehandled: int = 0
    promises: list[Promise] = field(default_factory=list)
    first: Answered | None = None
    """What the first proposer answered in the closed window of this round."""
    walked: list[tuple[HandlingState | None, HandlingState]] = field(default_factory=list)


class Lives(RuleBasedStateMachine):
    """Three proposals of one session, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.today = date(2026, 3, 2)
        self.serial = 0
        self.lives = [Life() for _ in range(3)]

    # -- what can be done ----------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 2), step=st.sampled_from(Step))
    def review(self, which: int, step: Step) -> None:
        """Any step of review, whether it is time for it or not."""
        life = self.lives[which]
        if step not in REVIEW[life.state]:
            with pytest.raises(Refused):
                review_after(life.state, step)
            return
        life.state = review_after(life.state, step)
        if life.state is ProposalState.FILED and life.number is None:
            self.serial += 1
            life.number = str(ProposalNumber(8, 2, self.serial))

    @rule(which=st.integers(0, 2), step=st.sampled_from(HandlingStep))
    def handle(self, which: int, step: HandlingStep) -> None:
        """Steps that only the graph decides; the others have rules of their own below."""
        life = self.lives[which]
        if step not in HANDLING[life.handling]:
            with pytest.raises(Refused):
                handling_after(life.handling, step)
            return
        simple = (
            HandlingStep.PRE_DISPATCH,
            HandlingStep.REALLOCATE,
            HandlingStep.DISPATCH,
            HandlingStep.SIGN,
            HandlingStep.WORK,
        )
        if life.state is not ProposalState.FILED or step not in simple:
            return
        self._walk(life, step)
        if step is HandlingStep.DISPATCH:
            life.due, life.dispatched = months_after(self.today, 3), self.today

    @rule(which=st.integers(0, 2), reply_class=st.sampled_from(ReplyClass), days=DAYS)
    def straight_on(self, which: int, reply_class: ReplyClass, days: int) -> None:
        """The usual way up to a reply in one go, so that what comes after it is walked often enough."""
        if self.lives[which].state is None:
            self.review(which, Step.SUBMIT)
            self.review(which, Step.FILE)
        for step in (HandlingStep.PRE_DISPATCH, HandlingStep.DISPATCH, HandlingStep.SIGN):
            if self.lives[which].handling not in (HandlingState.IN_HAND, HandlingState.REHANDLING):
                self.handle(which, step)
        self.talk(which)
        self.reply(which, reply_class, days)

    @rule(which=st.integers(0, 2), days=st.integers(-60, 120))
    def extend(self, which: int, days: int) -> None:
        """More time is asked for and granted: once a round, never less time, never more than the hard limit."""
        life = self.lives[which]
        if life.due is None or life.dispatched is None or HandlingStep.REPLY not in HANDLING[life.handling]:
            return
        until = life.due + timedelta(days=days)
        try:
            check_extension(
                until, due=life.due, dispatched=life.dispatched, today=self.today, asked_before=life.extended
            )
        except Refused:
            return
        assert until > life.due, "a deadline is never moved earlier"
        assert not life.extended
        life.due, life.extended = until, True

    @rule(which=st.integers(0, 2))
    def talk(self, which: int) -> None:
        """A talk is recorded while it is in hand."""
        life = self.lives[which]
        if life.handling in (HandlingState.IN_HAND, HandlingState.REHANDLING):
            life.talked.add(life.round)

    @rule(which=st.integers(0, 2), reply_class=st.sampled_from(ReplyClass), days=DAYS)
    def reply(self, which: int, reply_class: ReplyClass, days: int) -> None:
        """Sign a reply; without a talk in this round nobody does."""
        life = self.lives[which]
        try:
            state = handling_after(life.handling, HandlingStep.REPLY)
            require_talk(int(life.round in life.talked))
        except Refused:
            return
        assert state is HandlingState.REPLIED
        self._walk(life, HandlingStep.REPLY)
        life.replied.append(life.round)
        life.first = None
        for promise in life.promises:
            if promise.state in (CommitmentState.OPEN, CommitmentState.DUE, CommitmentState.REPORTED):
                promise.state = promise_after(promise.state, CommitmentStep.REPLACE)
        due = self.today + timedelta(days=days)
        if is_promise(reply_class, due):
            life.promises.append(Promise(due))

    @rule()
    @precondition(lambda self: any(life.handling is HandlingState.REPLIED for life in self.lives))
    def nobody_is_satisfied(self) -> None:
        """Everybody says no and the office sends back what may be sent back."""
        answer = Answered(Visited.NO, Attitude.DISSATISFIED, FeedbackResult.DISAGREE)
        for life in self.lives:
            self._close_window(life, answer)
            self._decide(life, again=True)

    @rule(answer=ANSWERS)
    @precondition(lambda self: any(life.handling is HandlingState.REPLIED for life in self.lives))
    def windows_close(self, answer: Answered) -> None:
        """The first proposer's answer, or silence, decides what follows."""
        for life in self.lives:
            self._close_window(life, answer)

    def _close_window(self, life: Life, answer: Answered) -> None:
        if life.handling is not HandlingState.REPLIED or life.first is not None:
            return
        life.first = answer
        counts = count([answer])
        assert counts.satisfied + counts.understanding + counts.dissatisfied + counts.no_answer == 1
        if outcome(life.round, answer) is Outcome.CLOSE:
            self._close(life)

    @rule(again=st.booleans())
    @precondition(lambda self: any(life.first is not None for life in self.lives))
    def decide(self, again: bool) -> None:
        """The office sends it back or closes it, where a first round left somebody unsatisfied."""
        for life in self.lives:
            self._decide(life, again=again)

    def _decide(self, life: Life, *, again: bool) -> None:
        waits = life.handling is HandlingState.REPLIED and life.first is not None
        if not waits or life.first is None or outcome(life.round, life.first) is not Outcome.DECIDE:
            return
        if not again:
            self._close(life)
            return
        self._walk(life, HandlingStep.REHANDLE)
        due = months_after(self.today, 1)
        life.round, life.rehandled, life.first = life.round + 1, life.rehandled + 1, None
        life.due, life.extended = due, False

    @rule(days=DAYS)
    def days_pass(self, days: int) -> None:
        """Promises fall due, and what was closed opens itself."""
        self.today += timedelta(days=days)
        for life in self.lives:
            for promise in life.promises:
                if promise.state is CommitmentState.OPEN and promise.due < self.today:
                    promise.state = promise_after(promise.state, CommitmentStep.FALL_DUE)
                    if HandlingStep.COMMITMENT_DUE in HANDLING[life.handling]:
                        self._walk(life, HandlingStep.COMMITMENT_DUE)

    @rule(steps=st.lists(st.sampled_from(SETTLING), min_size=1, max_size=3), days=st.integers(-50, 200))
    @precondition(lambda self: any(life.promises for life in self.lives))
    def settle(self, steps: list[CommitmentStep], days: int) -> None:
        """Report and settle, in any order somebody may try."""
        for life in self.lives:
            for promise in life.promises:
                for step in steps:
                    self._settle(life, promise, step, days)

    def _settle(self, life: Life, promise: Promise, step: CommitmentStep, days: int) -> None:
        try:
            state = promise_after(promise.state, step)
            if step is CommitmentStep.POSTPONE:
                new = promise.due + timedelta(days=days)
                check_new_date(new, promise.due, self.today, postponed=bool(promise.postponed))
                assert new > promise.due, "a date is never moved earlier"
                promise.due, promise.postponed = new, promise.postponed + 1
        except Refused:
            return
        promise.state = state
        if life.handling is HandlingState.TRACKED and not to_settle(one.state for one in life.promises):
            self._walk(life, HandlingStep.COMMITMENT_SETTLED)

    # -- what always holds ---------------------------------------------------------------------------------------------

    @invariant()
    def numbers_are_unique_and_only_what_is_filed_has_one(self) -> None:
        numbers = [life.number for life in self.lives if life.number]
        assert len(numbers) == len(set(numbers))
        assert all((life.number is not None) == (life.state is ProposalState.FILED) for life in self.lives)

    @invariant()
    def nothing_is_handled_that_is_not_filed(self) -> None:
        assert all(life.handling is None or life.state is ProposalState.FILED for life in self.lives)

    @invariant()
    def states_change_only_along_the_graph(self) -> None:
        for life in self.lives:
            assert all(to in HANDLING[from_].values() for from_, to in life.walked)

    @invariant()
    def it_is_sent_back_once_at_most_and_answered_once_a_round(self) -> None:
        for life in self.lives:
            assert life.rehandled <= 1
            assert life.round <= LAST_ROUND
            assert len(life.replied) == len(set(life.replied))

    @invariant()
    def nobody_replies_without_a_talk(self) -> None:
        assert all(set(life.replied) <= life.talked for life in self.lives)

    @invariant()
    def a_closed_one_is_tracked_exactly_while_a_promise_is_to_be_settled(self) -> None:
        for life in self.lives:
            if life.handling in (HandlingState.CLOSED, HandlingState.TRACKED):
                waits = to_settle(promise.state for promise in life.promises)
                assert (life.handling is HandlingState.TRACKED) == waits

    @invariant()
    def a_promise_is_postponed_once_at_most(self) -> None:
        assert all(promise.postponed <= 1 for life in self.lives for promise in life.promises)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _walk(self, life: Life, step: HandlingStep) -> None:
        before, life.handling = life.handling, handling_after(life.handling, step)
        life.walked.append((before, life.handling))

    def _close(self, life: Life) -> None:
        self._walk(life, HandlingStep.CLOSE)
        if to_settle(promise.state for promise in life.promises):
            self._walk(life, HandlingStep.COMMITMENT_DUE)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=80, deadline=None)
