"""`tongxin collector`: what the bus says of itself, as metrics."""

from infra.nats import collector as bus_collector


def collector() -> None:
    """把 NATS 的流与消费者状态变成 Prometheus 指标（/metrics、/livez、/readyz）。"""
    bus_collector.run()
