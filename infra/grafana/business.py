"""Dashboards of the work itself and of agencies: figures by committee, with the denominators shown beside the shares."""

from typing import Final

from infra.grafana.boards import Board, Panel

BUSINESS: Final = Board(
    uid="tongxin-business",
    title="同心 · 业务",
    rows=(
        (
            "提案（近一年）",
            (
                Panel(
                    title="从提交到立案",
                    unit="s",
                    queries=[
                        (
                            "max by (committee, quantile) (tongxin_filing_seconds)",
                            "{{committee}} {{quantile}}",
                        )
                    ],
                ),
                Panel(
                    title="提案所处状态",
                    queries=[("max by (committee, state) (tongxin_proposals)", "{{committee}} {{state}}")],
                ),
                Panel(
                    title="逾期的承办",
                    says="主办、会办、分办分别计；分母见右。",
                    queries=[
                        (
                            'max by (committee, part) (tongxin_handling_parts{state="overdue"})',
                            "{{committee}} {{part}}",
                        )
                    ],
                ),
                Panel(
                    title="退回的承办所占",
                    unit="percentunit",
                    queries=[
                        (
                            'sum by (committee) (max by (committee, part) (tongxin_handling_parts{state="returned"}))'
                            " / sum by (committee) (max by (committee, part, state) (tongxin_handling_parts))",
                            "{{committee}}",
                        )
                    ],
                ),
                Panel(
                    title="答复前先面谈所占",
                    unit="percentunit",
                    says="分母是所有签发的答复。",
                    queries=[
                        (
                            'max by (committee) (tongxin_replies{talked="yes"})'
                            " / sum by (committee) (max by (committee, talked) (tongxin_replies))",
                            "{{committee}}",
                        )
                    ],
                ),
                Panel(
                    title="对结果同意或理解所占",
                    unit="percentunit",
                    says="分母是所有征询过的人，没有回答的也在内。",
                    queries=[
                        (
                            "sum by (committee)"
                            ' (max by (committee, result) (tongxin_feedback{result=~"agree|understand"}))'
                            " / sum by (committee) (max by (committee, result) (tongxin_feedback))",
                            "{{committee}}",
                        )
                    ],
                ),
            ),
        ),
        (
            "委员与协商",
            (
                Panel(
                    title="委员",
                    queries=[
                        ("max by (committee, standing) (tongxin_members)", "{{committee}} {{standing}}")
                    ],
                ),
                Panel(
                    title="30 天内记录的履职",
                    queries=[
                        ("max by (committee, standing) (tongxin_duty_facts)", "{{committee}} {{standing}}")
                    ],
                ),
                Panel(
                    title="协商（近一年）",
                    queries=[("max by (committee, state) (tongxin_processes)", "{{committee}} {{state}}")],
                ),
            ),
        ),
        (
            "待办、提醒、期限",
            (
                Panel(
                    title="待办",
                    queries=[("max by (committee, state) (tongxin_open_work)", "{{committee}} {{state}}")],
                ),
                Panel(
                    title="提醒",
                    queries=[("sum by (outcome) (increase(tongxin_reminders_total[1h]))", "{{outcome}}")],
                ),
                Panel(
                    title="到期",
                    queries=[
                        (
                            "sum by (kind, outcome) (increase(tongxin_deadlines_total[1h]))",
                            "{{kind}} {{outcome}}",
                        )
                    ],
                ),
            ),
        ),
    ),
)

AGENCIES: Final = Board(
    uid="tongxin-agencies",
    title="同心 · 机构与通知",
    rows=(
        (
            "机构",
            (
                Panel(
                    title="推送",
                    says="cut 为裁剪给它，其余为 webhook 的结果。",
                    queries=[
                        (
                            "sum by (agency, outcome) (increase(tongxin_agency_deliveries_total[1h]))",
                            "{{agency}} {{outcome}}",
                        )
                    ],
                ),
                Panel(
                    title="webhook 等着的",
                    queries=[("max by (agency) (tongxin_agency_waiting)", "{{agency}}")],
                ),
                Panel(
                    title="webhook 最早一件",
                    unit="s",
                    queries=[("max by (agency) (tongxin_agency_oldest_seconds)", "{{agency}}")],
                ),
                Panel(
                    title="专用账户：未取",
                    queries=[('max by (consumer) (tongxin_consumer_pending{kind="agency"})', "{{consumer}}")],
                ),
                Panel(
                    title="专用账户：已取未确认",
                    queries=[
                        ('max by (consumer) (tongxin_consumer_ack_pending{kind="agency"})', "{{consumer}}")
                    ],
                ),
                Panel(
                    title="专用账户：在等的拉取",
                    queries=[('max by (consumer) (tongxin_consumer_waiting{kind="agency"})', "{{consumer}}")],
                ),
            ),
        ),
        (
            "通知",
            (
                Panel(
                    title="通知",
                    queries=[
                        (
                            "sum by (channel, outcome) (increase(tongxin_notices_total[1h]))",
                            "{{channel}} {{outcome}}",
                        )
                    ],
                ),
                Panel(
                    title="邮件",
                    queries=[("sum by (outcome) (increase(tongxin_mails_total[1h]))", "{{outcome}}")],
                ),
                Panel(title="该发未发的邮件", queries=[("max(tongxin_mail_waiting)", "邮件")]),
            ),
        ),
    ),
)
