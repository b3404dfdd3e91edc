"""What members holds about a person, and how each of it goes; what points rest on stays as figures without a name.

Always holds: what is found by a name is emptied before the name itself; nothing here looks at another committee.
"""

from typing import Final

from chassis.personal import Eraser, Erasure
from services.members import coverage_tables as grid
from services.members import tables
from tongxin_contracts.members.erasure import ERASED_NAME

_THEIRS: Final = "(select id from member where person_id = any($1))"
_NAMED: Final = f"""'{ERASED_NAME}' || '·' || left(person_id::text, 8)"""
"""In a grid people are known by their names, so two who are gone must not become one."""

ERASURE: Final = Erasure(
    erasers=(
        Eraser(
            columns=(tables.roster_report_row.c.value, tables.roster_report_row.c.problem),
            sql=f"""
            update roster_report_row set value = null, problem = '（{ERASED_NAME}）'
            from person where person.id = any($1) and roster_report_row.committee = person.committee
                and (value in (person.name, person.phone) or strpos(problem, person.phone) > 0
                     or strpos(problem, '“' || person.name || '”') > 0)
            """,
        ),
        Eraser(
            columns=(grid.link.c.giver, grid.link.c.taker),
            sql=f"""
            update link set
                giver = case when whose.kind = rule.from_kind and giver = whose.name then whose.instead else giver end,
                taker = case when whose.kind = rule.to_kind and taker = whose.name then whose.instead else taker end
            from (select committee, kind, name, {_NAMED} as instead from link_party where person_id = any($1)) as whose
            join link_rule as rule on rule.committee = whose.committee
            where link.committee = whose.committee and link.rule = rule.code
                and ((whose.kind = rule.from_kind and giver = whose.name)
                     or (whose.kind = rule.to_kind and taker = whose.name))
            """,
        ),
        Eraser(
            columns=(grid.inclusion.c.lines,),
            sql="""
            update inclusion set lines = (
                select jsonb_agg(
                    case when line ->> 'person_id' = whose.person_id::text
                         then jsonb_set(line, '{name}', to_jsonb(whose.instead)) else line end
                    || jsonb_build_object('guided_by', (
                        select coalesce(jsonb_agg(case when guide = whose.name then whose.instead else guide end), '[]')
                        from jsonb_array_elements_text(coalesce(line -> 'guided_by', '[]')) as guides (guide)
                    )) order by place)
                from jsonb_array_elements(lines) with ordinality as all_lines (line, place)
            )
            from (select distinct on (committee, person_id) committee, person_id, name, """
            + _NAMED
            + """ as instead from link_party where person_id = any($1)) as whose
            where inclusion.committee = whose.committee and strpos(inclusion.lines::text, whose.name) > 0
            """,
        ),
        Eraser(
            columns=(grid.party.c.name,),
            sql=f"update link_party set name = {_NAMED} where person_id = any($1) and name <> {_NAMED}",
        ),
        Eraser(
            columns=(tables.duty_fact.c.evidence, tables.duty_fact.c.annulled_because),
            sql=f"""
            update duty_fact set evidence = '', annulled_because = case when annulled_at is null then null else '' end
            where member_id in {_THEIRS}
            """,
        ),
        Eraser(
            columns=(tables.year_result.c.explanation, tables.year_result.c.decision_reason),
            sql=f"""
            update year_result set explanation = '', decision_reason = case when decision is null then null else '' end
            where member_id in {_THEIRS}
            """,
        ),
        Eraser(
            columns=(tables.appeal.c.text, tables.appeal.c.answer),
            sql="""
            update appeal set text = '', answer = case when answered_at is null then null else '' end
            where person_id = any($1)
            """,
        ),
        Eraser(
            columns=(tables.member.c.employer, tables.member.c.post),
            sql="update member set employer = null, post = null where person_id = any($1)",
        ),
        Eraser(
            columns=(
                tables.person.c.name,
                tables.person.c.phone,
                tables.person.c.gender,
                tables.person.c.born,
                tables.person.c.party,
            ),
            sql=f"""
            update person set name = '{ERASED_NAME}', phone = 'erased:' || id, gender = null, born = null, party = null
            where id = any($1)
            """,
        ),
    ),
    history="""
    select id from person where id = any($1)
    union all select id from member where person_id = any($1)
    union all select id from appeal where person_id = any($1)
    """,
)
