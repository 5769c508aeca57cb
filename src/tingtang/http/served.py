"""What the system's own routes hand out."""

from tingtang.http.metrics import RequestMetrics


class Served:
    """The metrics of one application, and who may read them."""

    def __init__(self, metrics: RequestMetrics, metrics_token: str) -> None:
        self.metrics = metrics
        self.metrics_token = metrics_token
