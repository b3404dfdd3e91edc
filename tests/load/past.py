"""Years of proposals by a few set-based statements: what a service would hold after that many years, without living them.

The shape is that of the demo city: each committee takes in 500 proposals a session; of the session that runs some wait
for review, some for dispatch, some are in hand, the rest and all of earlier sessions is closed; each has co-proposers, a
handling with its units, talk, reply, feedback, a line of history, tasks, notices, mail, a place in the gates of its followers
and what they keep of it. What is forgotten after a while (events after 90 days, answers to commands) is there for as long.
Everything lies in the order it came in, and ids have theirs as `new_id` gives them, so that neighbours in time are
neighbours on the disk. What grows is the past: committees and sessions.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from infra.local.stack import Stack
from tests.house import COUNTY
from tongxin_contracts.subjects import consumer_name

PER_SESSION: Final = 500
UNITS: Final = 30
TERM: Final = 8


@dataclass(frozen=True, slots=True)
class Past:
    """How much there is."""

    committees: int
    sessions: int

    @property
    def proposals(self) -> int:
        """All of them."""
        return self.committees * self.sessions * PER_SESSION


_PLACES: Final = """
create temporary table place on commit drop as
    select n, case n when 0 then $1::text else lpad((400000 + n)::text, 6, '0') end as committee
    from generate_series(0, $2::int - 1) as n;
"""
_PAST: Final = """
create function pg_temp.timed_id(at timestamptz, what text) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(what), 1, 19))::uuid
$$;
create temporary table past on commit drop as
select pg_temp.timed_id(at, p.committee || '/' || s || '/' || i) as id, p.committee, s as session, i as serial, at,
       md5(p.committee || s / 2 || 'person' || i % 100)::uuid as author,
       array[md5(p.committee || s / 2 || 'person' || (i + 1) % 100)::uuid,
             md5(p.committee || s / 2 || 'person' || (i + 7) % 100)::uuid] as friends,
       md5(p.committee || 'unit' || i % {units})::uuid as lead,
       md5(p.committee || 'unit' || (i + 11) % {units})::uuid as helper,
       case when i % 20 = 0 then 'not_filed'
            when s = {sessions} and i > 480 then 'submitted' else 'filed' end as state,
       case when s < {sessions} or i <= 200 then 'closed' when i <= 380 then 'in_hand' else null end as handled
from place p, generate_series(1, {sessions}) as s, generate_series(1, {each}) as i,
     lateral (select now() - make_interval(days => ({sessions} - s) * 365 + 20 + (500 - i) / 2)) as come (at)
order by at, committee;
create index on past (id);
analyze past;
"""
_PROPOSALS: Final = """
set local session_replication_role = replica;
insert into session (id, committee, term, session, cutoff_on)
    select md5(committee || 'session' || s)::uuid, committee, {term}, s,
           (now() + make_interval(days => 300 - ({sessions} - s) * 365))::date
    from place, generate_series(1, {sessions}) as s;
insert into numbering select committee, {term}, {sessions}, {each} from place;
insert into unit select md5(committee || 'unit' || u)::uuid, committee, '第' || u || '单位', '单位' || u, true
    from place, generate_series(0, {units} - 1) as u;
insert into unit_post select md5(committee || 'unit' || u)::uuid, md5(committee || duty || u)::uuid, duty, committee
    from place, generate_series(0, {units} - 1) as u, unnest(array['liaison', 'handler', 'checker', 'signer']) as duty;
insert into proposal (id, committee, version, state, kind, category, title, facts, analysis, suggestions, first_proposer,
        co_proposers, submitted_at, review_due_at, decided_at, decided_by_rule, number, term, session, serial, ground,
        explanation, round, round_name, seats, disputed, submission, joined, handled)
    select id, committee, 2, state, 'joint', (array['economy', 'society', 'ecology', 'culture'])[1 + serial % 4],
           '关于第' || session || '年第' || serial || '处' || (array['易涝点整治', '停车位共享', '老旧小区改造', '河道保护'])[1 + serial % 4] || '的建议',
           repeat('汛期以来，老城区路段多次积水，居民反映强烈。', 8), repeat('管网建于上世纪，管径偏小，雨污混流。', 5),
           array['一是更换主管。', '二是泵站增加机组。', '三是汛前清淤，公布责任人。'], author, friends, at,
           case when state = 'submitted' then at + interval '10 days' end,
           case when state <> 'submitted' then at + interval '3 days' end, 'v1',
           case when state = 'filed' then lpad({term}::text, 2, '0') || '-' || session || '-' || lpad(serial::text, 4, '0') end,
           case when state <> 'submitted' then {term} end, case when state <> 'submitted' then session end,
           case when state = 'filed' then serial end, case when state = 'not_filed' then 'empty' end, null,
           0, '审查', array['proposals_office'], false, 1, '{{}}', state = 'filed' and handled is not null
    from past;
insert into co_proposer select friend, id, committee from past, unnest(friends) as friend on conflict do nothing;
insert into handling (id, committee, version, proposal_id, state, round, object_by, dispatched_at, lead_unit, due_at,
        reply_class, replied_at, closed_at)
    select md5('handling' || id)::uuid, committee, 5, id, handled, 1, at + interval '8 days', at + interval '9 days', lead,
           at + interval '100 days', case when handled = 'closed' then 'a' end,
           case when handled = 'closed' then at + interval '80 days' end,
           case when handled = 'closed' then at + interval '90 days' end
    from past where state = 'filed' and handled is not null;
insert into allocation (id, committee, handling_id, unit_id, part, state, proposed_at, due_at, signed_at, signed_by, done_at)
    select pg_temp.timed_id(at, part || id), committee, md5('handling' || id)::uuid, unit, part, 'signed', at + interval '3 days',
           at + interval '100 days', at + interval '10 days', author,
           case when handled = 'closed' then at + interval '80 days' end
    from past, lateral (values ('lead', lead), ('co', helper)) as shared (part, unit)
    where state = 'filed' and handled is not null;
insert into commitment (id, committee, handling_id, proposal_id, unit_id, round, suggestion, reply_class, promise, due_on,
        due_at, state, postponed)
    select md5('commitment' || id)::uuid, committee, md5('handling' || id)::uuid, id, lead, 1, 1, 'b', '年内完成。',
           (at + interval '200 days')::date, at + interval '200 days',
           case when session = {sessions} then 'open' else 'kept' end, false
    from past where handled = 'closed' and state = 'filed' and serial % 5 = 0;
insert into talk (id, committee, handling_id, round, form, on_day, with_whom, summary, at, by)
    select md5('talk' || id)::uuid, committee, md5('handling' || id)::uuid, 1, 'visit', (at + interval '70 days')::date,
           '第一提案人', '登门听取意见，逐条作了说明。', at + interval '70 days', author
    from past where state = 'filed' and handled = 'closed';
insert into reply (id, committee, handling_id, round, stage, revision, opening, lines, closing, letter_number, reply_class,
        drafted_by, checked_by, signed_by, signed_at)
    select md5('reply' || id)::uuid, committee, md5('handling' || id)::uuid, 1, 'signed', 1, '您提出的提案收悉，现答复如下：',
           '[{{"suggestion": 0, "text": "已纳入今年计划，更换主管 3 处。", "reply_class": "a"}}]', '感谢您的关心和支持。',
           'X' || session || '-' || serial, 'a', author, author, author, at + interval '80 days'
    from past where state = 'filed' and handled = 'closed';
insert into feedback_window (id, committee, handling_id, proposal_id, unit_id, round, asked_at, closes_at, closed_at)
    select md5('window' || id)::uuid, committee, md5('handling' || id)::uuid, id, lead, 1, at + interval '80 days',
           at + interval '90 days', at + interval '90 days'
    from past where state = 'filed' and handled = 'closed';
insert into feedback (id, committee, version, window_id, proposal_id, person, is_first, visited, attitude, heard, fit, result,
        words, given_at)
    select md5('feedback' || id || who)::uuid, committee, 1, md5('window' || id)::uuid, id, who, who = author, 'visit',
           'satisfied', 'fully', 'fits', 'agree', '', at + interval '85 days'
    from past, unnest(author || friends) as who where state = 'filed' and handled = 'closed';
insert into deadline (id, committee, matter, kind, rule, anchor, calendar_version, due_at, fired_at)
    select md5('deadline' || id)::uuid, committee, id, 'review', 'v1', at, '2026', at + interval '10 days',
           case when state <> 'submitted' then at + interval '3 days' end
    from past;
insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version, created_at, published_at,
        sequence)
    select md5(what || id)::uuid, 'EVT_PROPOSALS', 'evt.' || committee || '.proposals.' || what || '.v1', repeat('h', 500),
           convert_to(repeat('p', 700), 'UTF8'), committee, id, 1, at, at, row_number() over ()
    from past, unnest(array['proposal_submitted', 'proposal_filed', 'proposal_dispatched']) as what
    where at > now() - interval '90 days';
insert into command_log (actor, command_id, digest, answer, at)
    select author, md5('command' || id)::uuid, repeat('d', 64), '{{}}', now() - interval '1 day'
    from past where at > now() - interval '90 days';
insert into history (aggregate, sequence, committee, at, actor, action, detail, salt, detail_digest, digest)
    select id, 1, committee, at, author::text, 'submit_proposal', '{{"changes": {{}}, "reason": null}}', 'salt', 'd', 'd' from past;
insert into task (id, committee, matter, kind, version, open)
    select md5('task' || id)::uuid, committee, id, 'review_proposal', 2, state = 'submitted' from past;
"""
_NOTIFY: Final = """
insert into known_committee select committee from place on conflict do nothing;
insert into todo (task_id, committee, kind, title, matter, role, due_at, opened_at, closed_at)
    select md5('task' || id)::uuid, committee, 'review_proposal', '审查提案', id, 'proposals_office', at + interval '10 days', at,
           case when state <> 'submitted' then at + interval '3 days' end from past;
insert into notice (id, committee, person, kind, title, body, matter, at, read_at, posted_at)
    select md5(what || id)::uuid, committee, author, what, '提案有新的进展', '', id, at + interval '3 days',
           case when session < {sessions} then at + interval '4 days' end, at + interval '3 days'
    from past, unnest(array['proposal_filed', 'proposal_dispatched', 'proposal_replied', 'handling_closed']) as what;
"""


_SENT: Final = """
insert into mail (id, committee, person, kind, subject, content, state, attempts, made_at, next_at, sent_at)
    select md5('mail' || id)::uuid, committee, author, 'notice', '提案有新的进展', '{{}}', 'sent', 1, at, at, at from past;
"""
_GATE: Final = """
insert into gate (consumer, aggregate, last_version, last_event_id)
    select '{service}', aggregate, 4, md5('event' || id)::uuid
    from past, lateral (values (id, true), (md5('handling' || id)::uuid, handled is not null)) as of (aggregate, is_there)
    where is_there;
"""
_CONSULTATION: Final = """
insert into candidate (proposal_id, committee, number, title, category, filed_at, proposers)
    select id, committee, lpad({term}::text, 2, '0') || '-' || session || '-' || lpad(serial::text, 4, '0'),
           '关于第' || session || '年第' || serial || '处易涝点整治的建议', 'society', at + interval '3 days', author || friends
    from past where state = 'filed';
"""
_FILLED: Final = {
    "proposals": _PROPOSALS,
    "notify": _NOTIFY + _SENT + _GATE.replace("{service}", consumer_name("notify")),
    "consultation": _CONSULTATION + _GATE.replace("{service}", consumer_name("consultation")),
}
"""What grows where. The portal keeps nothing of a proposal, members nothing at all."""


async def live_through(stack: Stack, past: Past) -> None:
    """Fill the services that keep something of each proposal."""
    shape: dict[str, Any] = {
        "sessions": past.sessions,
        "each": PER_SESSION,
        "units": UNITS,
        "term": TERM,
    }
    places = _PLACES.replace("$1", f"'{COUNTY}'").replace("$2", str(past.committees))
    await asyncio.gather(
        *(
            _fill(stack, service, places + _PAST.format(**shape), statements.format(**shape))
            for service, statements in _FILLED.items()
        )
    )


async def _fill(stack: Stack, service: str, past: str, statements: str) -> None:
    database = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}")
    try:
        async with database.transaction():
            await database.execute(past, timeout=900)
            await database.execute(statements, timeout=900)
        await database.execute("vacuum analyze", timeout=900)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class People:
    """Who acts: a member who wrote in the running session, and a unit with its people."""

    author: UUID
    unit: UUID
    posts: dict[str, UUID]
    """By duty."""


async def people(stack: Stack) -> People:
    """Somebody of each kind in the committee whose requests are timed."""
    database = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + "/proposals")
    try:
        author = await database.fetchval(
            "select first_proposer from proposal where committee = $1 order by submitted_at desc limit 1",
            COUNTY,
        )
        posts = await database.fetch(
            "select unit_id, person_id, duty from unit_post"
            " where unit_id = (select min(id::text)::uuid from unit where committee = $1)",
            COUNTY,
        )
        return People(author, posts[0]["unit_id"], {post["duty"]: post["person_id"] for post in posts})
    finally:
        await database.close()
