"""Which page shows what a task or a notice is about: one table for tasks, one for notices.

Whoever adds a kind to `TaskKind` or `NoticeKind` adds its line here. Always holds: every kind has a page, so no link of
「我的工作」, of a notice or of a mail leads nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tongxin_contracts.words import NoticeKind, TaskKind


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Where a kind of task is done."""

    path: str
    """With `{matter}`, or `{about}`: what `about` says, else the matter."""
    icon: str

    def url(self, matter: UUID, about: UUID | None = None) -> str:
        """The page for one task."""
        return self.path.format(matter=matter, about=about or matter)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Where a kind of notice leads, and how it looks."""

    path: str
    """With `{matter}`."""
    tone: str
    """`info`, `good`, `warn`, `bad` or `closed`."""
    icon: str

    def url(self, matter: UUID) -> str:
        """The page for one notice."""
        return self.path.format(matter=matter)


PROPOSAL: Final = "/proposals/{about}"
HANDLING: Final = "/handling/{about}"
WORK: Final = "/work"
"""Reminders carry the kind of task and lead to its page; without one, to one's work."""
MATTER: Final = "/proposals/{matter}"

TASK_PAGES: Final[Mapping[TaskKind, TaskPage]] = {
    TaskKind.REVIEW_PROPOSAL: TaskPage("/review?proposal={about}", "gavel"),
    TaskKind.CONFIRM_JOINT: TaskPage("/invitations/{matter}", "users"),
    TaskKind.REVISE_PROPOSAL: TaskPage("/proposals/{matter}/edit", "pencil"),
    TaskKind.DECIDE_EXIT: TaskPage("/members/{matter}", "users"),
    TaskKind.GIVE_FEEDBACK: TaskPage("/feedback/{about}", "messages"),
    TaskKind.DECIDE_REHANDLING: TaskPage("/feedback/{about}", "gavel"),
    TaskKind.HANDLE_AGAIN: TaskPage(HANDLING, "refresh"),
    TaskKind.REPORT_COMMITMENT: TaskPage("/commitments/{matter}", "flag"),
    TaskKind.COMMENT_COMMITMENT: TaskPage("/commitments/{matter}", "messages"),
    TaskKind.SETTLE_COMMITMENT: TaskPage("/commitments/{matter}", "clipboard-check"),
    TaskKind.SCORE_UNITS: TaskPage("/appraisal/{about}", "award"),
    TaskKind.SCORE_PROPOSALS: TaskPage("/appraisal/{about}", "award"),
    TaskKind.VOTE_APPRAISAL: TaskPage("/appraisal/{matter}", "gavel"),
    TaskKind.PUBLISH_APPRAISAL: TaskPage("/appraisal/{matter}", "send"),
    TaskKind.RECTIFY: TaskPage("/appraisal/{about}", "alert-triangle"),
    TaskKind.ACCEPT_RECTIFICATION: TaskPage("/appraisal/{about}", "clipboard-check"),
    TaskKind.ANSWER_APPEAL: TaskPage("/appeals#{matter}", "messages"),
    TaskKind.CONFIRM_ALLOCATION: TaskPage(HANDLING, "clipboard-check"),
    TaskKind.RESOLVE_RETURN: TaskPage(HANDLING, "arrow-back-up"),
    TaskKind.SIGN_RECEIPT: TaskPage(HANDLING, "clipboard-check"),
    TaskKind.HANDLE_PROPOSAL: TaskPage(HANDLING, "file-text"),
    TaskKind.GIVE_OPINION: TaskPage(HANDLING, "messages"),
    TaskKind.DECIDE_EXTENSION: TaskPage(HANDLING, "clock"),
    TaskKind.CHECK_REPLY: TaskPage(HANDLING, "eye"),
    TaskKind.SIGN_REPLY: TaskPage(HANDLING, "pencil"),
    TaskKind.ASSESS_TOPIC: TaskPage("/topics/{matter}", "messages"),
    TaskKind.APPROVE_PLAN: TaskPage("/plan?plan={matter}", "gavel"),
    TaskKind.PUBLISH_PLAN: TaskPage("/plan?plan={matter}", "speakerphone"),
    TaskKind.DO_STEP: TaskPage("/processes/{about}", "checklist"),
    TaskKind.CONCLUDE_PROCESS: TaskPage("/processes/{matter}", "file-text"),
}
"""Kinds of task -> page and icon. One line a kind."""

NOTICE_PAGES: Final[Mapping[NoticeKind, NoticePage]] = {
    NoticeKind.PROPOSAL_SUBMITTED: NoticePage(MATTER, "info", "send"),
    NoticeKind.PROPOSAL_FILED: NoticePage(MATTER, "good", "circle-check"),
    NoticeKind.PROPOSAL_RETURNED: NoticePage(MATTER, "warn", "arrow-back-up"),
    NoticeKind.PROPOSAL_NOT_FILED: NoticePage(MATTER, "closed", "circle-x"),
    NoticeKind.JOINT_INVITED: NoticePage("/invitations/{matter}", "info", "users"),
    NoticeKind.JOINT_ANSWERED: NoticePage("/invitations/{matter}", "info", "users"),
    NoticeKind.PROPOSAL_WITHDRAWN: NoticePage(MATTER, "closed", "arrow-back-up"),
    NoticeKind.PROPOSAL_MERGED: NoticePage(MATTER, "info", "circle-check"),
    NoticeKind.PROPOSAL_CONVERTED: NoticePage(MATTER, "info", "send"),
    NoticeKind.REVIEW_OVERDUE: NoticePage(MATTER, "bad", "alert-triangle"),
    NoticeKind.EXIT_SUGGESTED: NoticePage("/members/{matter}", "bad", "alert-triangle"),
    NoticeKind.FEEDBACK_ASKED: NoticePage("/feedback/{matter}", "info", "messages"),
    NoticeKind.REHANDLING_ORDERED: NoticePage(MATTER, "warn", "refresh"),
    NoticeKind.HANDLING_CLOSED: NoticePage(MATTER, "closed", "circle-check"),
    NoticeKind.COMMITMENT_DUE: NoticePage("/commitments/{matter}", "warn", "flag"),
    NoticeKind.COMMITMENT_REPORTED: NoticePage("/commitments/{matter}", "info", "clipboard-check"),
    NoticeKind.COMMITMENT_SETTLED: NoticePage("/commitments/{matter}", "good", "circle-check"),
    NoticeKind.DUE_SOON: NoticePage(WORK, "warn", "clock"),
    NoticeKind.OVERDUE: NoticePage(WORK, "bad", "alert-triangle"),
    NoticeKind.ESCALATED: NoticePage(WORK, "bad", "flag"),
    NoticeKind.CIRCULAR: NoticePage("/notices?kind=circular", "info", "speakerphone"),
    NoticeKind.DUTY_CORRECTED: NoticePage("/members/me", "info", "pencil"),
    NoticeKind.EXIT_WITHDRAWN: NoticePage("/members/me", "good", "circle-check"),
    NoticeKind.POINTS_APPEALED: NoticePage("/members/me#appeals", "info", "send"),
    NoticeKind.APPEAL_ANSWERED: NoticePage("/members/me#appeals", "info", "messages"),
    NoticeKind.DUTY_ASSIGNED: NoticePage("/duty#{matter}", "info", "clock"),
    NoticeKind.DUTY_CANCELLED: NoticePage("/duty#{matter}", "closed", "circle-x"),
    NoticeKind.ALLOCATION_RETURNED: NoticePage(MATTER, "warn", "arrow-back-up"),
    NoticeKind.RETURN_ANSWERED: NoticePage(MATTER, "info", "arrow-back-up"),
    NoticeKind.PROPOSAL_DISPATCHED: NoticePage(MATTER, "good", "send"),
    NoticeKind.EXTENSION_DECIDED: NoticePage("/handling/{matter}", "info", "clock"),
    NoticeKind.OPINION_GIVEN: NoticePage("/handling/{matter}", "info", "messages"),
    NoticeKind.TALK_RECORDED: NoticePage(MATTER, "info", "messages"),
    NoticeKind.PROPOSAL_REPLIED: NoticePage(MATTER, "good", "file-text"),
    NoticeKind.HANDLING_OVERDUE: NoticePage("/handling/{matter}", "bad", "alert-triangle"),
    NoticeKind.TOPIC_ASSESSED: NoticePage("/topics/{matter}", "info", "messages"),
    NoticeKind.PROCESS_STARTED: NoticePage("/processes/{matter}", "info", "messages"),
    NoticeKind.EVIDENCE_ADDED: NoticePage(MATTER, "good", "file-text"),
    NoticeKind.WEBHOOK_DISABLED: NoticePage("/agencies/{matter}", "warn", "plug-connected"),
    NoticeKind.CALL_OPENED: NoticePage("/calls#{matter}", "info", "speakerphone"),
    NoticeKind.APPRAISAL_PUBLISHED: NoticePage("/appraisal/{matter}", "info", "award"),
    NoticeKind.DELIVERY_DEAD: NoticePage("/agencies/{matter}", "bad", "alert-triangle"),
}
"""Kinds of notice -> page and look. One line a kind."""

ANY_TASK: Final = TaskPage(PROPOSAL, "checklist")
ANY_NOTICE: Final = NoticePage(MATTER, "info", "bell")
"""For a kind whose line is missing: most work is about a proposal. A test says which lines are missing."""


def task_page(kind: TaskKind) -> TaskPage:
    """Where a kind of task is done."""
    return TASK_PAGES.get(kind, ANY_TASK)


def notice_page(kind: NoticeKind) -> NoticePage:
    """Where a kind of notice leads."""
    return NOTICE_PAGES.get(kind, ANY_NOTICE)
