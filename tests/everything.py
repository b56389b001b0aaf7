"""Every module that maps tables, so that metadata is whole."""

from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def import_models():
    """Import each room's models; a room without models has no tables."""
    import_module("app.kernel.outbox")
    import_module("app.kernel.audit")
    for path in sorted((ROOT / "app").rglob("models.py")):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for extra in ("app.clocks.calendar", "app.cases.idempotency"):
        if (ROOT / (extra.replace(".", "/") + ".py")).exists():
            import_module(extra)
