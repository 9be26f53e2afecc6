"""Write every table, sample answer and list that comes from code. `scripts/docs` runs this."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.commands import commands
from docs.sampling import samples
from docs.tables import filled

HERE = Path(__file__).parent


def main() -> None:
    """Rewrite what differs, and name it."""
    texts = {page: filled(page.read_text("utf-8")) for page in sorted(HERE.glob("*.md"))}
    with TemporaryDirectory() as folder:
        answers = samples(Path(folder))
    texts[HERE.parent / "service" / "cli" / "listed.py"] = commands()
    texts |= {HERE / "samples" / f"{name}.json": text for name, text in answers.items()}
    for path, text in texts.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            sys.stdout.write(f"wrote {path.relative_to(HERE.parent)}\n")
    for path in sorted(set((HERE / "samples").glob("*.json")) - texts.keys()):
        path.unlink()
        sys.stdout.write(f"removed {path.relative_to(HERE.parent)}\n")


main()
