"""Everything that is counted and measured, each in one place: what calls it says only what happened.

Until `switch_on`, which a bot with `metrics.address` calls, a call costs next to nothing, and prometheus-client is not
loaded. Names and units are as Prometheus has them: https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

OTHER = "other"
MOST_VALUES = 64
"""Of a label. Each further one counts as `OTHER`, so that whatever comes, series stay few."""


class Metric:
    """Something that is counted or measured.

    Args:
        name: as Prometheus shows it.
        label: what its values are told apart by; "": nothing. Never a server, a channel, a user or a text of theirs.
        values: those of the label that are known before they come, so that the first of each is an increase.
    """

    def __init__(self, name: str, help_text: str, label: str = "", values: tuple[str, ...] = (), **own: Any) -> None:
        self.name, self.help_text, self.label, self.values, self._own = name, help_text, label, values, own
        self._real: Any = None
        self._values: set[str] = set()
        ALL.append(self)

    def switch(self, registry: CollectorRegistry | None) -> None:
        """Measure for a registry from now on, from nothing; None: no longer."""
        self._values = set()
        if registry is None:
            self._real = None
            return
        import prometheus_client

        kind = getattr(prometheus_client, type(self).__name__)
        labels = [self.label] if self.label else []
        self._real = kind(self.name.removesuffix("_total"), self.help_text, labels, registry=registry, **self._own)
        for value in self.values:
            self._of(value)

    def _of(self, value: str) -> Any:
        """The child for a label's value, or the metric itself."""
        if not self.label:
            return self._real
        if value not in self._values:
            if len(self._values) >= MOST_VALUES:
                value = OTHER
            self._values.add(value)
        return self._real.labels(value)


class Counter(Metric):
    """How often something has happened since the start."""

    def add(self, of: str = "", by: float = 1) -> None:
        """It happened.

        Args:
            of: the label's value.
        """
        if self._real is not None:
            self._of(of).inc(by)


class Gauge(Metric):
    """How much there is of something now."""

    def set(self, value: float | None, of: str = "") -> None:
        """It is so much; None: nobody knows, which Prometheus holds for neither more nor less than any bound."""
        if self._real is not None:
            self._of(of).set(math.nan if value is None else value)


class Histogram(Metric):
    """How long something takes, or how large it is, each time."""

    def observe(self, value: float, of: str = "") -> None:
        """It took so long."""
        if self._real is not None:
            self._of(of).observe(value)


ALL: list[Metric] = []
"""Every metric that is declared below."""

_ANSWER_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60)
_WORK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_DELAY_S = (5, 15, 60, 120, 300, 600, 1_800, 3_600, 10_800, 21_600)

# --- answers ----------------------------------------------------------------------------------------------------------

ACKNOWLEDGED = Histogram(
    "dateline_acknowledge_seconds",
    "From when an interaction came until Discord had its first answer, by command or kind; it waits three seconds.",
    "command",
    buckets=_ANSWER_S,
)
ANSWERED = Histogram(
    "dateline_answer_seconds",
    "From when an interaction came until its user had the answer, or suggestions were found, by command or kind.",
    "command",
    buckets=_ANSWER_S,
)
ERRORS = Counter(
    "dateline_errors_total",
    "What went wrong, by kind: unexpected is a fault of the program, which the log tells of.",
    "kind",
    ("input", "other_version", "store_away", "too_late", "too_many", "unexpected"),
)
QUESTIONS = Counter(
    "dateline_questions_total", "Questions of /ask, by whether they had an answer.", "answered", ("yes", "no")
)
LOG_LINES = Counter(
    "dateline_log_records_total",
    "Records that were made for the log, by level.",
    "level",
    ("warning", "error", "critical"),
)

# --- the index --------------------------------------------------------------------------------------------------------

SEARCHES = Histogram(
    "dateline_search_seconds", "Work on the index in its threads, with the wait for one.", buckets=_WORK_S
)
ENCODED = Histogram(
    "dateline_encoder_batch_texts", "How many questions were encoded together.", buckets=(1, 2, 4, 8, 16, 32)
)
INDEX_OPEN = Gauge("dateline_index_open", "Whether an index is open, 1 or 0.")
INDEX_EVENTS = Gauge("dateline_index_events", "Events in the index that answers come from.")
INDEX_BYTES = Gauge("dateline_index_bytes", "The size of that index; a new one is written beside it.")
INDEX_AGE = Gauge("dateline_index_age_seconds", "Since the index that answers come from was built.")
ARCHIVE_AGE = Gauge(
    "dateline_archive_age_seconds",
    "Since the archive was last brought up to date; not there unless the bot does that every day.",
)
UPDATES = Counter(
    "dateline_archive_updates_total", "Daily updates of the archive, by result.", "result", ("succeeded", "failed")
)
RELOADS = Counter(
    "dateline_index_reloads_total",
    "New indexes that were opened or could not be, by result.",
    "result",
    ("opened", "failed"),
)

# --- Discord ----------------------------------------------------------------------------------------------------------

SHARDS = Gauge("dateline_gateway_shards", "Shards of this process, by state.", "state", ("connected", "away"))
LATENCY = Gauge("dateline_gateway_latency_seconds", "Between a heartbeat and its answer, of the slowest shard.")
CONNECTIONS = Counter("dateline_gateway_connections_total", "Connections to the gateway that were opened.")
SESSIONS = Counter(
    "dateline_gateway_sessions_total", "Sessions that began, by how: new or resumed.", "how", ("new", "resumed")
)
REQUESTS = Counter(
    "dateline_discord_requests_total",
    "Answers of Discord's REST API, by status: 2xx, 4xx, 429, 5xx.",
    "status",
    ("2xx", "4xx", "429", "5xx"),
)

# --- daily posts ------------------------------------------------------------------------------------------------------

POSTS = Counter(
    "dateline_posts_total",
    "What became of daily posts: sent, missed, empty, refused, or uncertain.",
    "result",
    ("sent", "missed", "empty", "refused", "uncertain"),
)
POST_DELAY = Histogram(
    "dateline_post_delay_seconds", "From when a daily post fell due until it was sent.", buckets=_DELAY_S
)
POST_TRIES = Counter("dateline_post_retries_total", "Tries of daily posts that failed and are made again.")
POSTS_DUE = Gauge("dateline_posts_due", "Daily posts that are due and not sent, of all processes on the store.")
POSTS_OVERDUE = Gauge("dateline_posts_overdue_seconds", "Since the oldest of them fell due; 0 where there is none.")
SUBSCRIPTIONS = Gauge("dateline_subscriptions", "Channels with daily posts, by state.", "state", ("active", "paused"))

# --- the process ------------------------------------------------------------------------------------------------------

STORE = Gauge("dateline_store_state", "How much of the store can be used: 0 nothing, 1 it can be read, 2 all.")
LAG = Histogram("dateline_event_loop_lag_seconds", "How late the event loop wakes what waits for it.", buckets=_WORK_S)
DISK_FREE = Gauge("dateline_disk_free_bytes", "Free room on the disk of the index and of the store.", "disk")
DISK_SIZE = Gauge("dateline_disk_size_bytes", "The size of these disks.", "disk")


def switch_on() -> CollectorRegistry:
    """Begin to measure, from nothing; returns what holds the figures, with those of the process."""
    from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

    registry = CollectorRegistry()
    for collector in (GCCollector, PlatformCollector, ProcessCollector):
        collector(registry=registry)
    for metric in ALL:
        metric.switch(registry)
    return registry


def switch_off() -> None:
    """Measure no longer."""
    for metric in ALL:
        metric.switch(None)


async def note_answer(_session: Any, _context: Any, end: Any) -> None:
    """A hook of aiohttp's for the answers of Discord's REST API."""
    status: int = end.response.status
    REQUESTS.add("429" if status == 429 else f"{status // 100}xx")
