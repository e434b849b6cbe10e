"""The ordered, durable journal of accepted edits.

A served state is a release and the edits after it. The journal holds these edits: one *frame* for
each write that was made durable, in *segment* files, and at most one *checkpoint*, which takes the
place of all records up to a sequence number.
"""

from medrd_kg.store.journal.checkpoints import Checkpoint
from medrd_kg.store.journal.edit_record import EditRecord, author_fingerprint
from medrd_kg.store.journal.journal import Journal
from medrd_kg.store.journal.recovery import recorded

__all__ = ["Checkpoint", "EditRecord", "Journal", "author_fingerprint", "recorded"]
