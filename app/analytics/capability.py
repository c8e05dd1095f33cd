"""What figures bring beside the routes."""

from app.core.capability import Capability

TAGS = {
    "figures": "Dashboards and indicators: how cases are handled, of what the caller may see.",
}
ANALYTICS = Capability(
    "analytics", tags=TAGS,
    figures=(
        "area", "assignment", "case_access", "case_link", "cases", "clock", "emergency", "emergency_log", "emergency_shift",
        "open_clock", "post", "rating", "reopening_request", "return_visit", "running_clock", "staff", "supervision", "task",
        "unit", "whistle", "whistle_call",
    ),
)  # fmt: skip
