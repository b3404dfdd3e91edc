"""The bus: from the outbox into the stream, consumers, what becomes of events, the servers."""

from typing import Final

from infra.grafana.boards import Board, Panel

_RATE: Final = "[5m]"

BUS: Final = Board(
    uid="tongxin-bus",
    title="同心 · 总线",
    rows=(
        (
            "从发件箱到流",
            (
                Panel(
                    title="发件箱里等着的",
                    queries=[("max by (stream) (tongxin_outbox_waiting)", "{{stream}}")],
                ),
                Panel(
                    title="最早一件等了多久",
                    unit="s",
                    queries=[("max by (stream) (tongxin_outbox_oldest_seconds)", "{{stream}}")],
                ),
                Panel(
                    title="发出",
                    unit="ops",
                    queries=[(f"sum by (stream) (rate(tongxin_relay_events_total{_RATE}))", "{{stream}}")],
                ),
                Panel(
                    title="批次",
                    unit="ops",
                    says="fenced 与 failed 常有，说明转发在争抢或总线不答。",
                    queries=[
                        (
                            f"sum by (stream, outcome) (rate(tongxin_relay_batches_total{_RATE}))",
                            "{{stream}} {{outcome}}",
                        )
                    ],
                ),
                Panel(
                    title="流占用",
                    unit="percentunit",
                    queries=[
                        (
                            "max by (stream) (tongxin_stream_bytes / (tongxin_stream_limit_bytes > 0))",
                            "{{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="流里的事件",
                    queries=[("max by (stream) (tongxin_stream_messages)", "{{stream}}")],
                ),
            ),
        ),
        (
            "消费者",
            (
                Panel(
                    title="未取",
                    queries=[
                        (
                            'max by (stream, consumer) (tongxin_consumer_pending{kind="service"})',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="已取未确认",
                    queries=[
                        (
                            'max by (stream, consumer) (tongxin_consumer_ack_pending{kind="service"})',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="重投中",
                    queries=[
                        (
                            'max by (stream, consumer) (tongxin_consumer_redelivered{kind="service"})',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="在等的拉取",
                    says="0 而有事件未取，就是没有人在取。",
                    queries=[
                        (
                            'max by (stream, consumer) (tongxin_consumer_waiting{kind="service"})',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="确认到（每秒）",
                    unit="ops",
                    queries=[
                        (
                            f'max by (stream, consumer) (deriv(tongxin_consumer_ack_floor{{kind="service"}}{_RATE}))',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
                Panel(
                    title="投出（每秒，含重投）",
                    unit="ops",
                    queries=[
                        (
                            "max by (stream, consumer)"
                            f' (rate(tongxin_consumer_deliveries_total{{kind="service"}}{_RATE}))',
                            "{{consumer}} ← {{stream}}",
                        )
                    ],
                ),
            ),
        ),
        (
            "收进来的事件",
            (
                Panel(
                    title="结果",
                    unit="ops",
                    queries=[
                        (
                            f"sum by (service, outcome) (rate(tongxin_inbox_events_total{_RATE}))",
                            "{{service}} {{outcome}}",
                        )
                    ],
                ),
                Panel(
                    title="开始处理时的年龄 p99",
                    unit="s",
                    queries=[
                        (
                            "histogram_quantile(0.99,"
                            f" sum by (le, service) (rate(tongxin_event_age_seconds_bucket{_RATE})))",
                            "{{service}}",
                        )
                    ],
                ),
                Panel(
                    title="死信",
                    queries=[
                        ("max by (service, reason) (tongxin_dead_letters) > 0", "{{service}} {{reason}}"),
                    ],
                ),
                Panel(
                    title="最早一封死信",
                    unit="s",
                    queries=[("max by (service) (tongxin_dead_letters_oldest_seconds)", "{{service}}")],
                ),
                Panel(
                    title="与配置不同",
                    queries=[("max by (service) (tongxin_drift)", "{{service}}")],
                ),
                Panel(
                    title="期限扫描",
                    unit="s",
                    queries=[
                        ("min by (service) (tongxin_deadline_sweep_age_seconds)", "{{service}} 上次"),
                    ],
                ),
            ),
        ),
        (
            "NATS",
            (
                Panel(
                    title="节点", draw="stat", queries=[("min by (server) (tongxin_nats_up)", "{{server}}")]
                ),
                Panel(
                    title="内存",
                    unit="bytes",
                    queries=[("max by (server) (tongxin_nats_memory_bytes)", "{{server}}")],
                ),
                Panel(
                    title="磁盘",
                    unit="percentunit",
                    queries=[
                        (
                            "max by (server) (tongxin_nats_store_bytes / (tongxin_nats_store_limit_bytes > 0))",
                            "{{server}}",
                        )
                    ],
                ),
                Panel(
                    title="落后的副本",
                    queries=[
                        ("max by (stream) (tongxin_stream_replicas_behind)", "{{stream}}"),
                        (
                            "max by (stream, consumer) (tongxin_consumer_replicas_behind)",
                            "{{stream}} {{consumer}}",
                        ),
                    ],
                ),
                Panel(
                    title="没有主节点",
                    queries=[
                        ("max by (stream, consumer) (tongxin_leaderless) > 0", "{{stream}} {{consumer}}")
                    ],
                ),
                Panel(
                    title="连接",
                    queries=[("max by (server) (tongxin_nats_connections)", "{{server}}")],
                ),
                Panel(
                    title="被断开的慢客户端",
                    queries=[
                        ("max by (server) (increase(tongxin_nats_slow_consumers_total[1h]))", "{{server}}")
                    ],
                ),
            ),
        ),
    ),
)
