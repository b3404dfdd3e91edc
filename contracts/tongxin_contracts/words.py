"""The closed lists of the field, each value with its English code name and its Chinese label.

They stand here, below every message, because messages, rules and pages must spell them alike. A value is what travels and is
stored; `label` is what people read. A value is never renamed or reused; a list only grows at its end (additive change).
"""

from enum import StrEnum, unique
from typing import Self


class Word(StrEnum):
    """A string that means something: its value for machines, its label for people."""

    label: str
    """What a page shows, in Chinese."""

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make one member out of `(value, label)`; by the default a type checker allows `Sector("cpc")`."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def by_label(cls, label: str) -> Self | None:
        """Find the member shown as `label`, or None."""
        return next((word for word in cls if word.label == label), None)

    @classmethod
    def of(cls, value: str) -> Self:
        """The member stored as `value`; raises KeyError for a value that is none."""
        found: Self = cls.__members__[value.upper()]
        return found


# --- members --------------------------------------------------------------------------------------------------------------


@unique
class Sector(Word):
    """界别: the 34 sectors of the National Committee since its fourteenth term; local committees use a part of them."""

    CPC = "cpc", "中共"
    RCCK = "rcck", "民革"
    CDL = "cdl", "民盟"
    CNDCA = "cndca", "民建"
    CAPD = "capd", "民进"
    CPWDP = "cpwdp", "农工党"
    ZHIGONG = "zhigong", "致公党"
    JIUSAN = "jiusan", "九三学社"
    TSL = "tsl", "台盟"
    NON_PARTY = "non_party", "无党派人士"
    YOUTH = "youth", "共青团和青联"
    TRADE_UNIONS = "trade_unions", "总工会"
    WOMEN = "women", "妇联"
    INDUSTRY_AND_COMMERCE = "industry_and_commerce", "工商联"
    SCIENCE_ASSOCIATION = "science_association", "科协"
    TAIWAN_COMPATRIOTS = "taiwan_compatriots", "台联"
    RETURNED_OVERSEAS_CHINESE = "returned_overseas_chinese", "侨联"
    CULTURE_AND_ARTS = "culture_and_arts", "文化艺术界"
    SCIENCE_AND_TECHNOLOGY = "science_and_technology", "科学技术界"
    SOCIAL_SCIENCES = "social_sciences", "社会科学界"
    ECONOMY = "economy", "经济界"
    AGRICULTURE = "agriculture", "农业界"
    EDUCATION = "education", "教育界"
    SPORTS = "sports", "体育界"
    PRESS_AND_PUBLISHING = "press_and_publishing", "新闻出版界"
    MEDICINE_AND_HEALTH = "medicine_and_health", "医药卫生界"
    FRIENDSHIP_WITH_FOREIGN_COUNTRIES = "friendship_with_foreign_countries", "对外友好界"
    SOCIAL_WELFARE = "social_welfare", "社会福利和社会保障界"
    ENVIRONMENT_AND_RESOURCES = "environment_and_resources", "环境资源界"
    ETHNIC_MINORITIES = "ethnic_minorities", "少数民族界"
    RELIGION = "religion", "宗教界"
    INVITED_HONG_KONG = "invited_hong_kong", "特邀香港人士"
    INVITED_MACAO = "invited_macao", "特邀澳门人士"
    SPECIALLY_INVITED = "specially_invited", "特别邀请人士"


@unique
class Party(Word):
    """党派 a person belongs to; sensitive personal data (PIPL art. 28), never on `evt.*`."""

    CPC = "cpc", "中国共产党"
    RCCK = "rcck", "中国国民党革命委员会"
    CDL = "cdl", "中国民主同盟"
    CNDCA = "cndca", "中国民主建国会"
    CAPD = "capd", "中国民主促进会"
    CPWDP = "cpwdp", "中国农工民主党"
    ZHIGONG = "zhigong", "中国致公党"
    JIUSAN = "jiusan", "九三学社"
    TSL = "tsl", "台湾民主自治同盟"
    NON_PARTY = "non_party", "无党派人士"
    YOUTH_LEAGUE = "youth_league", "共青团员"
    NONE = "none", "群众"


@unique
class Gender(Word):
    """性别 as rosters give it."""

    MALE = "male", "男"
    FEMALE = "female", "女"


@unique
class MemberRank(Word):
    """What a member is in the committee."""

    CHAIR = "chair", "主席"
    VICE_CHAIR = "vice_chair", "副主席"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    STANDING_MEMBER = "standing_member", "常务委员"
    MEMBER = "member", "委员"


@unique
class MemberStanding(Word):
    """Whether a membership is in force, and how it ended if not."""

    SERVING = "serving", "在任"
    RESIGNED = "resigned", "已辞去"
    REVOKED = "revoked", "已撤销"
    TERM_ENDED = "term_ended", "届满"
    DECEASED = "deceased", "去世"


@unique
class ErasureGround(Word):
    """Why somebody's personal data is erased (PIPL art. 47)."""

    PURPOSE_ENDED = "purpose_ended", "处理目的已实现或者不再必要"
    PERIOD_OVER = "period_over", "保存期限已届满"
    CONSENT_WITHDRAWN = "consent_withdrawn", "本人撤回同意"
    UNLAWFUL = "unlawful", "违反法律或约定处理"
    OTHER_LAW = "other_law", "法律、行政法规规定的其他情形"


@unique
class DutyKind(Word):
    """履职 that a points scheme can count; one fact on a member's dossier is of one kind."""

    PLENARY = "plenary", "出席全体会议"
    STANDING_MEETING = "standing_meeting", "出席常委会议"
    SPECIAL_COMMITTEE_MEETING = "special_committee_meeting", "出席专委会会议"
    ACTIVITY = "activity", "参加履职活动"
    VOLUNTEERING = "volunteering", "志愿服务"
    CHARITY = "charity", "公益慈善"
    TRAINING = "training", "参加学习培训"
    GOLDEN_IDEA = "golden_idea", "金点子"
    SPEECH = "speech", "大会发言"
    PROPOSAL_SUBMITTED = "proposal_submitted", "提交提案"
    PROPOSAL_FILED = "proposal_filed", "提案立案"
    PROPOSAL_KEY = "proposal_key", "重点提案"
    PROPOSAL_EXCELLENT = "proposal_excellent", "优秀提案"
    REPORT_SUBMITTED = "report_submitted", "报送社情民意"
    REPORT_ADOPTED = "report_adopted", "社情民意被采用"


@unique
class Attendance(Word):
    """How a member met a duty to be present."""

    PRESENT = "present", "出席"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"


@unique
class Authorship(Word):
    """Which part a member had in what several people made."""

    SOLE = "sole", "独立完成"
    FIRST = "first", "第一提案人"
    JOINT = "joint", "联名人"
    COLLECTIVE = "collective", "集体成果主要成员"


@unique
class YearEndOutcome(Word):
    """What a year's total leads to; a suggestion is never a decision."""

    PASSES = "passes", "达标"
    SUGGEST_RESIGNATION = "suggest_resignation", "建议请辞"
    INTERVIEW = "interview", "约谈"
    BELOW = "below", "未达标"


@unique
class DutyDayForm(Word):
    """What kind of day members are on duty for."""

    RECEPTION = "reception", "委员接待日"
    CONSULTATION = "consultation", "请你来协商"
    VISIT = "visit", "走访联系群众"


@unique
class DutyDayState(Word):
    """Where a day of duty stands."""

    PLANNED = "planned", "待举行"
    RECORDED = "recorded", "已登记"
    CANCELLED = "cancelled", "已取消"


@unique
class HalfDay(Word):
    """Which part of a day."""

    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    WHOLE = "whole", "全天"


@unique
class DayShift(Word):
    """What happens to a planned day that is no working day."""

    NEXT_WORKING_DAY = "next_working_day", "顺延到下一个工作日"
    AS_IS = "as_is", "照常举行"


@unique
class MatterOutcome(Word):
    """What became of something residents brought forward."""

    OPEN = "open", "正在办理"
    SOLVED = "solved", "已解决"
    EXPLAINED = "explained", "已解释说明"
    PASSED_ON = "passed_on", "已转有关部门"


# --- proposals ------------------------------------------------------------------------------------------------------------


@unique
class Category(Word):
    """提案类别."""

    ECONOMY = "economy", "经济"
    POLITICS = "politics", "政治"
    CULTURE = "culture", "文化"
    SOCIETY = "society", "社会"
    ECOLOGY = "ecology", "生态文明"
    OTHER = "other", "其他"


@unique
class ProposalKind(Word):
    """Who proposes: one member, several by name, or a body."""

    INDIVIDUAL = "individual", "个人提案"
    JOINT = "joint", "联名提案"
    COLLECTIVE = "collective", "集体提案"


@unique
class ProposalState(Word):
    """Where a proposal stands; a draft is not a proposal yet."""

    SUBMITTED = "submitted", "待审查"
    RETURNED = "returned", "退回修改"
    FILED = "filed", "已立案"
    NOT_FILED = "not_filed", "不予立案"
    WITHDRAWN = "withdrawn", "已撤回"
    MERGED = "merged", "已并案"
    CONVERTED = "converted", "已转办"


@unique
class ReviewOutcome(Word):
    """What a review round can decide."""

    FILE = "file", "立案"
    RETURN = "return", "退回修改"
    NOT_FILE = "not_file", "不予立案"
    MERGE = "merge", "并案"
    CONVERT = "convert", "转为其他件"


@unique
class ConvertTarget(Word):
    """What a proposal that is none is passed on as."""

    OPINION_REPORT = "opinion_report", "社情民意信息"
    SUGGESTION_LETTER = "suggestion_letter", "意见建议"


@unique
class RoundTakes(Word):
    """Which proposals a round of review sees."""

    ALL = "all", "全部提案"
    DISPUTED = "disputed", "仅有分歧的提案"


@unique
class InvitationState(Word):
    """How somebody stands to being named as a co-proposer."""

    INVITED = "invited", "等待确认"
    ACCEPTED = "accepted", "已确认"
    DECLINED = "declined", "未同意"
    CANCELLED = "cancelled", "已取消邀请"


@unique
class Ground(Word):
    """The ten coded grounds for not filing (national rules, 2011 text)."""

    SECRETS = "secrets", "涉及党和国家秘密的"
    PROHIBITED_BY_STATE = "prohibited_by_state", "国家法律法规和政策明令禁止的"
    CPC_INTERNAL = "cpc_internal", "中共党员对党内有关组织、人事安排等方面有意见的"
    PARTY_INTERNAL = "party_internal", "民主党派成员反映本组织内部问题的"
    IN_LITIGATION = "in_litigation", "进入民事、刑事、行政诉讼程序或者仲裁程序的"
    ACADEMIC = "academic", "属于学术研讨的"
    PERSONAL_MATTER = "personal_matter", "为本人或者亲属解决个人问题的"
    PROMOTION = "promotion", "宣传、推介具体作品、产品的"
    DENUNCIATION = "denunciation", "指名举报的"
    EMPTY = "empty", "内容空泛、没有具体建议的"


@unique
class HandlingState(Word):
    """Where a filed proposal's handling stands."""

    PRE_DISPATCHED = "pre_dispatched", "预交办"
    DISPATCHED = "dispatched", "已交办，待签收"
    IN_HAND = "in_hand", "办理中"
    REPLIED = "replied", "已答复"
    REHANDLING = "rehandling", "重新办理"
    CLOSED = "closed", "已办结"
    TRACKED = "tracked", "承诺跟踪"


@unique
class AllocationPart(Word):
    """Which part a unit has in handling a proposal."""

    LEAD = "lead", "主办"
    CO = "co", "会办"
    SEPARATE = "separate", "分办"


@unique
class AllocationState(Word):
    """How a unit stands to what it was allocated."""

    PROPOSED = "proposed", "待确认"
    ACCEPTED = "accepted", "已接受"
    RETURNED = "returned", "已退回"
    REPLACED = "replaced", "已改派"
    DISPATCHED = "dispatched", "待签收"
    SIGNED = "signed", "已签收"


@unique
class UnitDuty(Word):
    """What somebody does inside a handling unit."""

    LIAISON = "liaison", "联络员"
    HANDLER = "handler", "承办人"
    CHECKER = "checker", "核稿人"
    SIGNER = "signer", "签发领导"


@unique
class ReplyClass(Word):
    """Class of a reply, for each suggestion and for the letter as a whole."""

    A = "a", "A类：已解决或采纳"
    B = "b", "B类：正在解决或列入计划"
    C = "c", "C类：留作参考"


@unique
class ReplyStage(Word):
    """Where a reply stands inside its unit."""

    DRAFTING = "drafting", "起草中"
    CHECKING = "checking", "待核稿"
    SIGNING = "signing", "待签发"
    SIGNED = "signed", "已签发"


@unique
class TalkForm(Word):
    """How a unit talked with the proposer before replying."""

    VISIT = "visit", "登门走访"
    PHONE = "phone", "电话沟通"
    MEETING = "meeting", "座谈会"
    ONLINE = "online", "网络沟通"


@unique
class Visited(Word):
    """问题一: whether the unit talked with the proposer before it replied."""

    VISIT = "visit", "登门走访过"
    MEETING = "meeting", "开会座谈过"
    PHONE = "phone", "打电话沟通过"
    NO = "no", "没有联系过我"


@unique
class Attitude(Word):
    """问题二: what the proposer thinks of how the unit worked."""

    SATISFIED = "satisfied", "满意"
    UNDERSTANDING = "understanding", "理解"
    DISSATISFIED = "dissatisfied", "不满意"


@unique
class Heard(Word):
    """问题三: how the unit took the proposer's opinions."""

    FULLY = "fully", "认真听取"
    PARTLY = "partly", "听取了一部分"
    NOT = "not", "没有听取"


@unique
class ReplyFit(Word):
    """问题四: how well the reply answers what was proposed."""

    FITS = "fits", "针对性强"
    PARTLY = "partly", "部分答到点上"
    NOT = "not", "没有答到点上"


@unique
class FeedbackResult(Word):
    """问题五: what the proposer says to the result."""

    AGREE = "agree", "同意"
    UNDERSTAND = "understand", "理解"
    RESERVE = "reserve", "保留意见"
    DISAGREE = "disagree", "不同意"


@unique
class CommitmentState(Word):
    """Where a promise of a reply stands."""

    OPEN = "open", "未到期"
    DUE = "due", "已到期，待单位报告"
    REPORTED = "reported", "已报告，待核对"
    KEPT = "kept", "已兑现"
    BROKEN = "broken", "未兑现"
    REPLACED = "replaced", "已由重新答复代替"


@unique
class AppraisalState(Word):
    """Where a year's appraisal of lead units stands."""

    SCORING = "scoring", "正在互评"
    SCORED = "scored", "评分已汇总，待表决"
    APPROVED = "approved", "表决通过，待公布"
    PUBLISHED = "published", "已公布"


@unique
class AppraisalItem(Word):
    """What a lead unit is appraised on; the weights are data."""

    ON_TIME = "on_time", "按期答复"
    FEEDBACK_WORK = "feedback_work", "对办理工作满意"
    FEEDBACK_RESULT = "feedback_result", "对办理结果同意"
    COMMITMENTS = "commitments", "承诺兑现"
    MEMBER_SCORES = "member_scores", "委员评分"


@unique
class ScoreSide(Word):
    """Who scores whom."""

    UNIT = "unit", "委员评单位"
    PROPOSAL = "proposal", "单位评提案"


@unique
class AppraisalOutcome(Word):
    """What an appraisal leads to for a unit."""

    PRAISED = "praised", "先进单位"
    NONE = "none", "—"
    RECTIFY = "rectify", "限期整改"


# --- consultation ---------------------------------------------------------------------------------------------------------


@unique
class TopicState(Word):
    """Where a consultation topic stands."""

    CANDIDATE = "candidate", "备选议题"
    TAKEN = "taken", "已列为议题"
    SET_ASIDE = "set_aside", "暂不列入"
    PROPOSED = "proposed", "待研究"


@unique
class TopicSource(Word):
    """Where a topic came from."""

    PROPOSAL = "proposal", "提案"
    MEMBER = "member", "委员建议"
    PUBLIC = "public", "群众反映"
    PARTY_GOVERNMENT = "party_government", "党政交题"
    OPEN_CALL = "open_call", "公开征集"


@unique
class ConsultationForm(Word):
    """In which form a topic of the yearly plan is talked over."""

    PLENARY = "plenary", "全体会议协商"
    STANDING = "standing", "常委会会议协商"
    CHAIRS = "chairs", "主席会议协商"
    SPECIAL = "special", "专题协商"
    COUNTERPART = "counterpart", "对口协商"
    SECTOR = "sector", "界别协商"
    PROPOSAL_HANDLING = "proposal_handling", "提案办理协商"
    GRASSROOTS = "grassroots", "基层协商"


@unique
class PlanState(Word):
    """Where a year's plan stands."""

    DRAFT = "draft", "起草中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准，待公布"
    PUBLISHED = "published", "已公布"


@unique
class StepKind(Word):
    """What kind of work a step of a process is; a closed list (decision 23)."""

    FORM = "form", "登记"
    DOCUMENT = "document", "形成材料"
    SURVEY = "survey", "调研"
    MEETING = "meeting", "会议协商"
    VOTE = "vote", "表决"
    DECISION = "decision", "研究决定"
    HANDLING = "handling", "办理"
    FEEDBACK = "feedback", "反馈"
    RATING = "rating", "评价"


@unique
class StepOutcome(Word):
    """How a step ends; which step follows may depend on it."""

    DONE = "done", "完成"
    CONSENSUS = "consensus", "达成共识"
    NO_CONSENSUS = "no_consensus", "未达成共识"
    PASSED = "passed", "通过"
    REJECTED = "rejected", "未通过"
    SATISFIED = "satisfied", "满意"
    DISSATISFIED = "dissatisfied", "不满意"
    UNRATED = "unrated", "未评价"


@unique
class NeedKind(Word):
    """What a step may ask for before it can end; a closed list, a new one is code with a test (decision 23)."""

    FIELDS = "fields", "填写内容"
    DOCUMENTS = "documents", "上传材料"
    STAKEHOLDERS = "stakeholders", "利益相关方占比"
    MAJORITY = "majority", "表决通过"
    SURVEY_FINISHED = "survey_finished", "先完成调研"
    NOTICE = "notice", "会前通知"
    TEAM = "team", "人员组成"


@unique
class Majority(Word):
    """How many of those present have to be in favour."""

    SIMPLE = "simple", "过半数"
    TWO_THIRDS = "two_thirds", "三分之二以上"


@unique
class ProcessState(Word):
    """Where a process stands."""

    RUNNING = "running", "进行中"
    TO_CONCLUDE = "to_conclude", "待形成结果"
    CONCLUDED = "concluded", "已办结"


@unique
class ProcessOutcome(Word):
    """What a consultation comes to."""

    MINUTES = "minutes", "协商纪要"
    ADVICE = "advice", "协商建议"
    SUGGESTION_CASE = "suggestion_case", "建议案"
    SPECIAL_REPORT = "special_report", "专报"
    BRIEF = "brief", "要情"
    READING = "reading", "送阅材料"
    SUPERVISION_OPINION = "supervision_opinion", "民主监督意见书"
    CASE = "case", "协商案例"
    OPINIONS_FOR_DECISION = "opinions_for_decision", "供决策参考的意见"


# --- added with the messages ----------------------------------------------------------------------------------------------


@unique
class ExitDecision(Word):
    """What a committee decides on a suggested resignation (row 08: the district alone decides)."""

    KEEP = "keep", "留任并约谈"
    RESIGN = "resign", "劝其辞去委员"


@unique
class TaskKind(Word):
    """待办 by what is to be done; the page follows from it."""

    REVIEW_PROPOSAL = "review_proposal", "审查提案"
    REVISE_PROPOSAL = "revise_proposal", "修改退回的提案"
    DECIDE_EXIT = "decide_exit", "研究委员去留"
    GIVE_FEEDBACK = "give_feedback", "对办理答复提出反馈"
    DECIDE_REHANDLING = "decide_rehandling", "研究是否重新办理"
    HANDLE_AGAIN = "handle_again", "重新办理提案"
    REPORT_COMMITMENT = "report_commitment", "报告到期承诺"
    COMMENT_COMMITMENT = "comment_commitment", "对承诺落实说一句话"
    SETTLE_COMMITMENT = "settle_commitment", "核对到期承诺"
    SCORE_UNITS = "score_units", "给承办单位评分"
    SCORE_PROPOSALS = "score_proposals", "给提案评分"
    VOTE_APPRAISAL = "vote_appraisal", "表决评议结果"
    PUBLISH_APPRAISAL = "publish_appraisal", "公布评议结果"
    RECTIFY = "rectify", "限期整改并书面答复"
    ACCEPT_RECTIFICATION = "accept_rectification", "核收整改情况"
    CONFIRM_JOINT = "confirm_joint", "确认联名"
    ANSWER_APPEAL = "answer_appeal", "答复积分申诉"
    CONFIRM_ALLOCATION = "confirm_allocation", "确认预交办的提案"
    RESOLVE_RETURN = "resolve_return", "答复退回的交办"
    SIGN_RECEIPT = "sign_receipt", "签收交办的提案"
    HANDLE_PROPOSAL = "handle_proposal", "办理提案并答复"
    GIVE_OPINION = "give_opinion", "提出会办意见"
    DECIDE_EXTENSION = "decide_extension", "审批延期申请"
    CHECK_REPLY = "check_reply", "核稿"
    SIGN_REPLY = "sign_reply", "签发答复"
    ASSESS_TOPIC = "assess_topic", "研究提出的议题"
    APPROVE_PLAN = "approve_plan", "审议年度协商计划"
    PUBLISH_PLAN = "publish_plan", "公布年度协商计划"
    DO_STEP = "do_step", "办理协商步骤"
    CONCLUDE_PROCESS = "conclude_process", "形成协商结果"


@unique
class NoticeKind(Word):
    """通知 by what happened."""

    PROPOSAL_SUBMITTED = "proposal_submitted", "提案已提交"
    PROPOSAL_FILED = "proposal_filed", "提案已立案"
    PROPOSAL_RETURNED = "proposal_returned", "提案退回修改"
    PROPOSAL_NOT_FILED = "proposal_not_filed", "提案未立案"
    REVIEW_OVERDUE = "review_overdue", "审查已超期"
    EXIT_SUGGESTED = "exit_suggested", "履职积分低于底线"
    FEEDBACK_ASKED = "feedback_asked", "请您评价办理答复"
    REHANDLING_ORDERED = "rehandling_ordered", "已要求重新办理"
    HANDLING_CLOSED = "handling_closed", "提案已办结"
    COMMITMENT_DUE = "commitment_due", "承诺已到期"
    COMMITMENT_REPORTED = "commitment_reported", "单位报告了承诺落实情况"
    COMMITMENT_SETTLED = "commitment_settled", "承诺已核对"
    DUE_SOON = "due_soon", "期限临近"
    OVERDUE = "overdue", "已经逾期"
    ESCALATED = "escalated", "逾期提请督促"
    CIRCULAR = "circular", "通知公告"
    JOINT_INVITED = "joint_invited", "邀请您联名"
    JOINT_ANSWERED = "joint_answered", "联名邀请有了答复"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn", "提案已撤回"
    PROPOSAL_MERGED = "proposal_merged", "提案已并案"
    PROPOSAL_CONVERTED = "proposal_converted", "提案已转办"
    DUTY_CORRECTED = "duty_corrected", "履职记录已更正"
    EXIT_WITHDRAWN = "exit_withdrawn", "请辞建议已撤回"
    POINTS_APPEALED = "points_appealed", "积分申诉已收到"
    APPEAL_ANSWERED = "appeal_answered", "积分申诉已答复"
    DUTY_ASSIGNED = "duty_assigned", "值班安排"
    DUTY_CANCELLED = "duty_cancelled", "值班取消"
    ALLOCATION_RETURNED = "allocation_returned", "交办被退回"
    RETURN_ANSWERED = "return_answered", "退回意见已答复"
    PROPOSAL_DISPATCHED = "proposal_dispatched", "提案已交办"
    EXTENSION_DECIDED = "extension_decided", "延期申请有了结果"
    OPINION_GIVEN = "opinion_given", "收到会办意见"
    TALK_RECORDED = "talk_recorded", "单位记录了与您的沟通"
    PROPOSAL_REPLIED = "proposal_replied", "提案已答复"
    HANDLING_OVERDUE = "handling_overdue", "办理已超期"
    TOPIC_ASSESSED = "topic_assessed", "议题建议有了结果"
    PROCESS_STARTED = "process_started", "提案进入协商"
    EVIDENCE_ADDED = "evidence_added", "协商结果已附入提案"
    WEBHOOK_DISABLED = "webhook_disabled", "机构推送已停用"
    DELIVERY_DEAD = "delivery_dead", "事件未能送达机构"
    CALL_OPENED = "call_opened", "征集提案"
    APPRAISAL_PUBLISHED = "appraisal_published", "承办评议已公布"


@unique
class RosterRowOutcome(Word):
    """What became of one row of an imported roster."""

    REFUSED = "refused", "未导入"
    WARNED = "warned", "已导入，请核对"


@unique
class Digest(Word):
    """How often a person's mail is put together into one."""

    OFF = "off", "逐件发送"
    DAILY = "daily", "每个工作日一封"
    WEEKLY = "weekly", "每周一封"


@unique
class MailState(Word):
    """What became of a mail."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    DROPPED = "dropped", "不再发送"


@unique
class AudienceKind(Word):
    """Whom a circular is for."""

    MEMBERS = "members", "全体委员"
    SECTOR = "sector", "一个界别"
    ROLE = "role", "一类人员"


# --- agencies -------------------------------------------------------------------------------------------------------------


@unique
class Road(Word):
    """How an agency gets its events."""

    ACCOUNT = "account", "专用账户"
    WEBHOOK = "webhook", "Webhook 推送"


@unique
class WebhookState(Word):
    """Whether an agency's address is used."""

    UNTESTED = "untested", "待验证"
    ACTIVE = "active", "推送中"
    DISABLED = "disabled", "已停用"


@unique
class DeliveryState(Word):
    """What became of one event that was cut for an agency."""

    WAITING = "waiting", "等待送出"
    DELIVERED = "delivered", "已送达"
    DEAD = "dead", "未能送达"
    STOPPED = "stopped", "不再送出"


@unique
class AttemptOutcome(Word):
    """How one attempt to deliver went."""

    DELIVERED = "delivered", "对方已接收"
    REFUSED = "refused", "对方返回错误"
    REDIRECTED = "redirected", "对方要求转向（不跟随）"
    GONE = "gone", "对方要求停止推送"
    TIMED_OUT = "timed_out", "超过 15 秒没有应答"
    UNREACHABLE = "unreachable", "无法连接"
    BLOCKED = "blocked", "地址不允许访问"


@unique
class PartyKind(Word):
    """What stands at either end of a link: who looks after somebody, and who is looked after."""

    OFFICER = "officer", "机关干部"
    LEADER = "leader", "班子成员"
    CONVENER = "convener", "召集人"
    SECTOR = "sector", "界别"
    SPECIAL_COMMITTEE = "special_committee", "专委会"
    TOWNSHIP = "township", "乡镇街道"
    COMMUNITY = "community", "社区"


@unique
class VenueKind(Word):
    """2+2: the two venues every place has, and the two that some places have besides (明光)."""

    CONVENER_ROOM = "convener_room", "召集人工作室"
    ACTIVITY_ROOM = "activity_room", "委员活动室"
    LIAISON_ROOM = "liaison_room", "委员联络室"
    MEMBER_STUDIO = "member_studio", "委员工作室"


@unique
class Fixture(Word):
    """五有: what a venue has to have."""

    RULES = "rules", "有制度规范"
    PLAN = "plan", "有工作计划"
    ACTIVITIES = "activities", "有协商活动"
    STAFF = "staff", "有工作人员"
    RECORDS = "records", "有档案台账"


@unique
class InclusionPurpose(Word):
    """三纳入: into which evaluations the work of conveners is taken."""

    COMMENDATION = "commendation", "年度评比表彰"
    REPORT = "report", "乡镇党委书记党建述职"
    EVALUATION = "evaluation", "乡镇年度综合考核"


@unique
class Entry(Word):
    """三进: where a consultation is taken to."""

    COMMUNITY = "community", "进社区"
    VILLAGE = "village", "进农村"
    ENTERPRISE = "enterprise", "进企业"


@unique
class TeamPart(Word):
    """6+N: whether somebody belongs to the fixed team or joins for this once, and from where."""

    FIXED = "fixed", "固定成员"
    TOWN = "town", "乡镇联合"
    SECTOR = "sector", "界别组合"
    PROFESSION = "profession", "专业整合"
