"""The first dashboard to look at: promises, the portal, each service by rate, errors and duration, its process."""

from typing import Final

from infra.grafana.boards import Board, Panel

_RATE: Final = "[5m]"
_SERVICES: Final = "by (service)"

OVERVIEW: Final = Board(
    uid="tongxin-overview",
    title="同心 · 总览",
    rows=(
        (
            "承诺（SLO）",
            (
                Panel(
                    title="30 秒内处理的事件",
                    draw="stat",
                    unit="percentunit",
                    width=6,
                    says="承诺 99.5 %；最近 6 小时。",
                    queries=[
                        (
                            "1 - sum(increase(tongxin_events_late_total[6h]))"
                            " / sum(increase(tongxin_events_due_total[6h]))",
                            "6 小时",
                        )
                    ],
                ),
                Panel(
                    title="没有 5xx 的请求",
                    draw="stat",
                    unit="percentunit",
                    width=6,
                    says="承诺 99.9 %；最近 6 小时。",
                    queries=[
                        (
                            '1 - (sum(increase(tongxin_http_seconds_count{status="5xx"}[6h])) or vector(0))'
                            " / sum(increase(tongxin_http_seconds_count[6h]))",
                            "6 小时",
                        )
                    ],
                ),
                Panel(
                    title="迟到的提醒",
                    draw="stat",
                    width=6,
                    says="承诺一条也没有；最近 24 小时。",
                    queries=[('sum(increase(tongxin_reminders_total{outcome="late"}[24h]))', "24 小时")],
                ),
                Panel(
                    title="就绪的副本",
                    draw="stat",
                    width=6,
                    queries=[("sum by (service) (tongxin_ready)", "{{service}}")],
                ),
                Panel(
                    title="预算消耗（1 为刚好用完）",
                    width=24,
                    says="1 小时窗口；14.4、6、1 倍时告警。",
                    queries=[
                        (
                            "tongxin:events_late:ratio1h / on () group_left () "
                            '(1 - max(tongxin_slo_target_ratio{slo="events_handled_within_30s"}))',
                            "事件",
                        ),
                        (
                            "tongxin:http_errors:ratio1h / on () group_left () "
                            '(1 - max(tongxin_slo_target_ratio{slo="http_without_5xx"}))',
                            "HTTP",
                        ),
                    ],
                ),
            ),
        ),
        (
            "门户",
            (
                Panel(
                    title="请求",
                    unit="reqps",
                    queries=[(f"sum by (status) (rate(tongxin_http_seconds_count{_RATE}))", "{{status}}")],
                ),
                Panel(
                    title="用时",
                    unit="s",
                    queries=[
                        (
                            f"histogram_quantile({share}, sum by (le) (rate(tongxin_http_seconds_bucket{_RATE})))",
                            name,
                        )
                        for share, name in ((0.5, "p50"), (0.99, "p99"))
                    ],
                ),
                Panel(
                    title="在线",
                    queries=[
                        ("sum(tongxin_sse_viewers)", "打开的页面"),
                        ("max(tongxin_sessions)", "登录的人"),
                    ],
                ),
            ),
        ),
        (
            "每个服务：速率、错误、用时",
            (
                Panel(
                    title="处理",
                    unit="ops",
                    queries=[
                        (f"sum {_SERVICES} (rate(tongxin_handler_seconds_count{_RATE}))", "{{service}}")
                    ],
                ),
                Panel(
                    title="故障",
                    unit="ops",
                    says="fault、retry、dead；refused 是办事人看得懂的拒绝，不在其中。",
                    queries=[
                        (
                            "sum by (service, outcome)"
                            f' (rate(tongxin_handler_seconds_count{{outcome=~"fault|retry|dead"}}{_RATE}))',
                            "{{service}} {{outcome}}",
                        )
                    ],
                ),
                Panel(
                    title="用时 p99",
                    unit="s",
                    queries=[
                        (
                            "histogram_quantile(0.99,"
                            f" sum by (le, service) (rate(tongxin_handler_seconds_bucket{_RATE})))",
                            "{{service}}",
                        )
                    ],
                ),
            ),
        ),
        (
            "进程",
            (
                Panel(
                    title="事件循环迟到",
                    unit="s",
                    queries=[(f"max {_SERVICES} (tongxin_loop_lag_seconds)", "{{service}}")],
                ),
                Panel(
                    title="连接池占用",
                    unit="percentunit",
                    queries=[
                        (
                            'max by (process, pool) (tongxin_pool_connections{state="in_use"})'
                            ' / max by (process, pool) (tongxin_pool_connections{state="limit"})',
                            "{{process}} {{pool}}",
                        )
                    ],
                ),
                Panel(
                    title="等一个连接 p99",
                    unit="s",
                    queries=[
                        (
                            "histogram_quantile(0.99,"
                            f" sum by (le, process, pool) (rate(tongxin_pool_wait_seconds_bucket{_RATE})))",
                            "{{process}} {{pool}}",
                        )
                    ],
                ),
                Panel(
                    title="内存",
                    unit="bytes",
                    width=12,
                    queries=[("max by (process) (process_resident_memory_bytes)", "{{process}}")],
                ),
                Panel(
                    title="不变式",
                    draw="table",
                    width=12,
                    says="不是 0 就是有数据违反了它。",
                    queries=[("max by (service, invariant) (tongxin_invariant_violations)", "")],
                ),
            ),
        ),
    ),
)
