"""A secret of this installation's own, made once and kept readable by its owner only."""

import secrets
from pathlib import Path


def local_secret(data_dir: Path) -> str:
    """The secret kept in DATA_DIR/secret; makes it at first use. Raises OSError when DATA_DIR cannot be written."""
    file = data_dir / "secret"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x") as out:
                file.chmod(0o600)
                out.write(secrets.token_urlsafe(50))
        except FileExistsError:
            return file.read_text()
    return file.read_text()
