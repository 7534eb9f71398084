"""How things look: prose, tables, verdict cards and charts, the same everywhere."""

import sys

# Altair brings along jsonschema, which on import builds a grammar of internationalised addresses if it finds the
# package for them: a second in every process, for a check that no chart asks for. So it does not find it here.
_unseen = "rfc3987_syntax" not in sys.modules
if _unseen:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
import altair  # noqa: E402, F401

if _unseen:
    del sys.modules["rfc3987_syntax"]
