"""Who may ask for what: roles are sets of permissions, a permission has a scope.

A permission is named like the request it opens (`proposals.file_proposal`). The scope says for which committee a
role held in one committee opens it. City sees down by the verbs that say `BELOW`, county sees itself, nobody sees
sideways. What is not listed here is refused.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from .words import Word


class Role(Word):
    """What a person is in one committee; somebody with several roles may do what any of them may."""

    MEMBER = "member", "委员"
    PROPOSALS_OFFICE = "proposals_office", "提案委"
    MEMBERS_OFFICE = "members_office", "委员联络室"
    COMMITTEE_OFFICE = "committee_office", "专委会办公室"
    ADMIN = "admin", "系统管理员"
    SECURITY_OFFICER = "security_officer", "安全员"
    AUDITOR = "auditor", "审计员"
    REVIEW_GROUP = "review_group", "大会提案组"
    PROPOSALS_COMMITTEE = "proposals_committee", "提案委员会"
    INSPECTION_OFFICE = "inspection_office", "督查室"
    CHAIRS_MEETING = "chairs_meeting", "主席会议"
    STANDING_COMMITTEE = "standing_committee", "常务委员会"
    UNIT_LIAISON = "unit_liaison", "承办单位联络员"
    UNIT_HANDLER = "unit_handler", "承办人"
    UNIT_CHECKER = "unit_checker", "核稿人"
    UNIT_SIGNER = "unit_signer", "签发领导"


ROLES: Final[Mapping[str, Role]] = {role.value: role for role in Role}
"""Roles by the value that tokens and tables hold."""


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"
    """Only what is one's own, in the committee one acts in."""
    COMMITTEE = "committee"
    """The committee one acts in."""
    BELOW = "below"
    """The committee one acts in and those below it."""


OWN, COMMITTEE, BELOW = Scope.OWN, Scope.COMMITTEE, Scope.BELOW

_EVERYBODY: Final[Mapping[str, Scope]] = {
    "notify.my_work": OWN,
    "notify.notices": OWN,
    "notify.mark_notices_read": OWN,
    "notify.preferences": OWN,
    "notify.set_preferences": OWN,
    "notify.confirm_email": OWN,
    "notify.show_roles": OWN,
    "members.current_session": COMMITTEE,
}

_REVIEWING: Final[Mapping[str, Scope]] = {
    "proposals.review_desk": COMMITTEE,
    "proposals.proposal_review": COMMITTEE,
    "proposals.similar_proposals": COMMITTEE,
    "proposals.add_review_note": COMMITTEE,
    "proposals.file_proposal": COMMITTEE,
    "proposals.return_proposal": COMMITTEE,
    "proposals.decline_proposal": COMMITTEE,
    "proposals.merge_proposal": COMMITTEE,
    "proposals.convert_proposal": COMMITTEE,
    "proposals.review_in_bulk": COMMITTEE,
    "proposals.not_filed": COMMITTEE,
    "proposals.review_scheme": COMMITTEE,
    "proposals.proposal": COMMITTEE,
    "proposals.proposals": COMMITTEE,
    "proposals.attachment": COMMITTEE,
}
"""What whoever sits in a round of review may ask; which proposals one may decide follows from the round."""

_UNIT: Final[Mapping[str, Scope]] = {
    "proposals.unit_desk": OWN,
    "proposals.handling": OWN,
    "proposals.handling_units": COMMITTEE,
    "proposals.current_dispatch_rules": COMMITTEE,
    "proposals.proposals": COMMITTEE,
}
"""What everybody in a handling unit may ask; what is their unit's follows from their post in it."""

_CONSULTATION: Final[Mapping[str, Scope]] = {
    "consultation.topics": COMMITTEE,
    "consultation.topic_sheet": COMMITTEE,
    "consultation.plan": COMMITTEE,
    "consultation.templates": COMMITTEE,
    "consultation.template_sheet": COMMITTEE,
    "consultation.processes": COMMITTEE,
    "consultation.process_statistics": COMMITTEE,
    "consultation.process": COMMITTEE,
    "consultation.document_file": COMMITTEE,
    "members.link_coverage": COMMITTEE,
}
"""What a committee's own people read of its consultations."""

_STEPS: Final[Mapping[str, Scope]] = {
    "consultation.complete_step": COMMITTEE,
    "consultation.add_document": COMMITTEE,
    "consultation.remove_document": COMMITTEE,
}
"""For whoever may have a step to do; which one is theirs the template and the process say."""

_UNIT_CONSULTATION: Final[Mapping[str, Scope]] = {
    "consultation.processes": OWN,
    "consultation.process": OWN,
    "consultation.document_file": OWN,
    "consultation.complete_step": OWN,
    "consultation.add_document": OWN,
    "consultation.remove_document": OWN,
}
"""What people of a handling unit may do in processes that were given to it."""

GRANTS: Final[Mapping[Role, Mapping[str, Scope]]] = {
    Role.MEMBER: {
        **_EVERYBODY,
        "members.dossier": OWN,
        "members.colleagues": COMMITTEE,
        "members.scheme": COMMITTEE,
        "members.appeal_points": OWN,
        "members.appeals": OWN,
        "members.duty_days": OWN,
        "proposals.save_draft": OWN,
        "proposals.calls_for_proposals": COMMITTEE,
        "proposals.discard_draft": OWN,
        "proposals.submit_proposal": OWN,
        "proposals.my_proposals": OWN,
        "proposals.draft": OWN,
        "proposals.invite_co_proposers": OWN,
        "proposals.answer_invitation": OWN,
        "proposals.cancel_invitation": OWN,
        "proposals.attach_file": OWN,
        "proposals.remove_attachment": OWN,
        "proposals.withdraw_proposal": OWN,
        "proposals.invitation": OWN,
        "proposals.attachment": OWN,
        "proposals.proposal": OWN,
        "proposals.proposals": COMMITTEE,
        "proposals.handling": OWN,
        "proposals.give_feedback": OWN,
        "proposals.feedback": OWN,
        "proposals.commitments": OWN,
        "proposals.comment_commitment": OWN,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.score_unit": OWN,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
        **_CONSULTATION,
        **_STEPS,
        "consultation.propose_topic": COMMITTEE,
        "proposals.evidence": OWN,
        "consultation.start_process": OWN,
    },
    Role.PROPOSALS_OFFICE: {
        **_EVERYBODY,
        "notify.send_circular": COMMITTEE,
        "notify.circulars": COMMITTEE,
        **_REVIEWING,
        "proposals.adopt_review_scheme": COMMITTEE,
        "proposals.call_for_proposals": COMMITTEE,
        "proposals.calls_for_proposals": COMMITTEE,
        "proposals.proposal": BELOW,
        "proposals.proposals": BELOW,
        "notify.agencies": COMMITTEE,
        "members.units": BELOW,
        "members.register_unit": COMMITTEE,
        "members.staff_unit": COMMITTEE,
        "proposals.feedback": COMMITTEE,
        "proposals.order_rehandling": COMMITTEE,
        "proposals.close_handling": COMMITTEE,
        "proposals.commitments": COMMITTEE,
        "proposals.settle_commitment": COMMITTEE,
        "proposals.feedback_rates": BELOW,
        "proposals.pre_dispatch": COMMITTEE,
        "proposals.reallocate": COMMITTEE,
        "proposals.dispatch": COMMITTEE,
        "proposals.decide_extension": COMMITTEE,
        "proposals.adopt_dispatch_rules": COMMITTEE,
        "proposals.dispatch_desk": BELOW,
        "proposals.handling": BELOW,
        "proposals.handling_units": COMMITTEE,
        "proposals.handling_circular": BELOW,
        "proposals.current_dispatch_rules": COMMITTEE,
        "proposals.open_appraisal": COMMITTEE,
        "proposals.close_scoring": COMMITTEE,
        "proposals.publish_appraisal": COMMITTEE,
        "proposals.accept_rectification": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": COMMITTEE,
        **_CONSULTATION,
        **_STEPS,
        "consultation.topics": BELOW,
        "proposals.evidence": BELOW,
    },
    Role.MEMBERS_OFFICE: {
        **_EVERYBODY,
        "notify.send_circular": COMMITTEE,
        "notify.circulars": COMMITTEE,
        "members.open_session": COMMITTEE,
        "members.import_roster": COMMITTEE,
        "members.export_roster": COMMITTEE,
        "members.roster": COMMITTEE,
        "members.roster_report": COMMITTEE,
        "members.dossier": COMMITTEE,
        "members.scheme": BELOW,
        "members.adopt_scheme": COMMITTEE,
        "members.record_duty": COMMITTEE,
        "members.annul_duty": COMMITTEE,
        "members.close_duty_year": COMMITTEE,
        "members.decide_exit": COMMITTEE,
        "members.units": COMMITTEE,
        "members.correct_duty": COMMITTEE,
        "members.change_phone": COMMITTEE,
        "members.readmit_member": COMMITTEE,
        "members.erase_person": COMMITTEE,
        "members.erasure_sheet": COMMITTEE,
        "members.answer_appeal": COMMITTEE,
        "members.appeals": COMMITTEE,
        "members.duty_ranking": BELOW,
        "members.export_ranking": COMMITTEE,
        "members.simulate_scheme": COMMITTEE,
        "members.set_duty_plan": COMMITTEE,
        "members.plan_duty_days": COMMITTEE,
        "members.schedule_duty_day": COMMITTEE,
        "members.assign_duty": COMMITTEE,
        "members.cancel_duty_day": COMMITTEE,
        "members.record_duty_day": COMMITTEE,
        "members.settle_matter": COMMITTEE,
        "members.duty_days": BELOW,
        "members.duty_statistics": BELOW,
        "members.link_coverage": BELOW,
        "members.set_link_rules": COMMITTEE,
        "members.set_links": COMMITTEE,
        "members.set_venues": COMMITTEE,
        "members.convener_assessment": BELOW,
        "members.include_assessment": COMMITTEE,
    },
    Role.COMMITTEE_OFFICE: {
        **_EVERYBODY,
        "notify.send_circular": COMMITTEE,
        "notify.circulars": COMMITTEE,
        "proposals.proposal": COMMITTEE,
        "proposals.attachment": COMMITTEE,
        "proposals.not_filed": COMMITTEE,
        "proposals.calls_for_proposals": COMMITTEE,
        "proposals.proposals": BELOW,
        "consultation.take_topic": COMMITTEE,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
        **_CONSULTATION,
        **_STEPS,
        "consultation.topics": BELOW,
        "consultation.plan": BELOW,
        "consultation.processes": BELOW,
        "consultation.propose_topic": COMMITTEE,
        "consultation.study_topic": COMMITTEE,
        "consultation.assess_topic": COMMITTEE,
        "consultation.draft_plan": COMMITTEE,
        "consultation.add_to_plan": COMMITTEE,
        "consultation.remove_from_plan": COMMITTEE,
        "consultation.submit_plan": COMMITTEE,
        "consultation.publish_plan": COMMITTEE,
        "consultation.adopt_template": COMMITTEE,
        "consultation.check_template": COMMITTEE,
        "consultation.start_process": COMMITTEE,
        "consultation.assign_unit": COMMITTEE,
        "consultation.process_units": COMMITTEE,
        "consultation.conclude_process": COMMITTEE,
        "consultation.set_team": COMMITTEE,
        "consultation.process_statistics": BELOW,
        "members.convener_assessment": COMMITTEE,
        "members.colleagues": COMMITTEE,
        "proposals.evidence": COMMITTEE,
    },
    Role.ADMIN: {
        **_EVERYBODY,
        "notify.mails": COMMITTEE,
        "notify.retry_mails": COMMITTEE,
        "members.units": COMMITTEE,
        "members.register_unit": COMMITTEE,
        "members.staff_unit": COMMITTEE,
        "notify.agencies": BELOW,
        "notify.subscribe_agency": BELOW,
        "notify.unsubscribe_agency": COMMITTEE,
        "notify.change_subscription": COMMITTEE,
        "notify.agency_deliveries": BELOW,
        "notify.set_webhook": COMMITTEE,
        "notify.rotate_secret": COMMITTEE,
        "notify.send_test_event": COMMITTEE,
        "notify.replay_events": COMMITTEE,
        "notify.redeliver_event": COMMITTEE,
    },
    Role.SECURITY_OFFICER: dict(_EVERYBODY),
    Role.AUDITOR: dict(_EVERYBODY),
    Role.REVIEW_GROUP: {**_EVERYBODY, **_REVIEWING},
    Role.PROPOSALS_COMMITTEE: {**_EVERYBODY, **_REVIEWING},
    Role.INSPECTION_OFFICE: {
        **_EVERYBODY,
        "notify.send_circular": COMMITTEE,
        "notify.circulars": COMMITTEE,
        **_REVIEWING,
        "proposals.reallocate": COMMITTEE,
        "proposals.dispatch_desk": COMMITTEE,
        "proposals.handling": COMMITTEE,
        "proposals.handling_units": COMMITTEE,
        "proposals.handling_circular": COMMITTEE,
        "proposals.current_dispatch_rules": COMMITTEE,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.commitments": COMMITTEE,
        **_CONSULTATION,
        **_STEPS,
        "proposals.evidence": COMMITTEE,
    },
    Role.CHAIRS_MEETING: {
        **_EVERYBODY,
        **_REVIEWING,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": COMMITTEE,
        **_CONSULTATION,
        **_STEPS,
        "consultation.approve_plan": COMMITTEE,
        "members.convener_assessment": COMMITTEE,
        "consultation.return_plan": COMMITTEE,
        "proposals.evidence": COMMITTEE,
    },
    Role.STANDING_COMMITTEE: {
        **_EVERYBODY,
        "proposals.record_vote": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": COMMITTEE,
        "proposals.feedback_rates": COMMITTEE,
        **_CONSULTATION,
        **_STEPS,
    },
    Role.UNIT_LIAISON: {
        **_EVERYBODY,
        **_UNIT,
        "proposals.accept_allocation": OWN,
        "proposals.return_allocation": OWN,
        "proposals.sign_receipt": OWN,
        "proposals.feedback": OWN,
        "proposals.commitments": OWN,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
        **_UNIT_CONSULTATION,
    },
    Role.UNIT_HANDLER: {
        **_EVERYBODY,
        **_UNIT,
        "proposals.ask_extension": OWN,
        "proposals.set_responsibilities": OWN,
        "proposals.report_result": OWN,
        "proposals.give_opinion": OWN,
        "proposals.record_talk": OWN,
        "proposals.draft_reply": OWN,
        "proposals.submit_reply": OWN,
        "proposals.feedback": OWN,
        "proposals.commitments": OWN,
        "proposals.report_commitment": OWN,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.score_proposal": OWN,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
        **_UNIT_CONSULTATION,
    },
    Role.UNIT_CHECKER: {
        **_EVERYBODY,
        **_UNIT,
        "proposals.check_reply": OWN,
        "proposals.feedback": OWN,
        "proposals.commitments": OWN,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
    },
    Role.UNIT_SIGNER: {
        **_EVERYBODY,
        **_UNIT,
        "proposals.sign_reply": OWN,
        "proposals.return_to_drafting": OWN,
        "proposals.feedback": OWN,
        "proposals.commitments": OWN,
        "proposals.feedback_rates": COMMITTEE,
        "proposals.score_proposal": OWN,
        "proposals.answer_rectification": OWN,
        "proposals.appraisals": COMMITTEE,
        "proposals.appraisal": OWN,
        **_UNIT_CONSULTATION,
    },
}


def is_below(committee: str, superior: str) -> bool:
    """Whether a committee stands under another one, by their GB/T 2260 codes; nothing is below itself.

    A province ends in 0000, a city in 00; the digits before that are shared by everything under it.
    """
    if committee == superior:
        return False
    stem = superior.removesuffix("00").removesuffix("00")
    return len(stem) < len(superior) and committee.startswith(stem)


def widest(roles: tuple[Role, ...], permission: str) -> Scope | None:
    """The widest scope any of the roles gives for a permission, None when none does."""
    found = {GRANTS[role][permission] for role in roles if permission in GRANTS[role]}
    return next((scope for scope in (BELOW, COMMITTEE, OWN) if scope in found), None)


def permits(roles: tuple[Role, ...], acting: str, permission: str, target: str) -> Scope | None:
    """The scope under which somebody acting in `acting` may ask it of `target`, None when they may not.

    `Scope.OWN` still leaves the owner to check that the thing is theirs.
    """
    scope = widest(roles, permission)
    if scope is None:
        return None
    if acting == target:
        return scope
    if scope is Scope.BELOW and is_below(target, acting):
        return scope
    return None
