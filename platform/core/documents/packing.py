"""An Office file packed anew with fixed times: equal contents give equal bytes."""

import io
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can name


def packed(made: bytes) -> bytes:
    """The same archive with the same parts in the same order, which is the one its program wants."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as to,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            to.writestr(entry, source.read(name))
    return out.getvalue()
