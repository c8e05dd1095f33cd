"""The `gridcase` command: the modules named here register their commands."""

from app.cli import app, city, demo, imports, jobs, keys, law, load, retention, serve, tidy, verify

__all__ = ["city", "demo", "imports", "jobs", "keys", "law", "load", "retention", "serve", "tidy", "verify"]


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
