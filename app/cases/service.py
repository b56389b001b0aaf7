"""What can be done with cases: the interface of this room to the doors.

    drafts    open, save, give and take away files, discard
    filing    hand in
    steps     everything the workflow allows afterwards
    desk      claim, assign, look at unmasked data

Every function is called inside a transaction of its door and commits nothing.
Reading is in :mod:`app.cases.queries`, :mod:`app.cases.viewing` and
:mod:`app.cases.timeline`.
"""

from app.cases.desk import (
    Revealed,
    RevealPurpose,
    assign,
    claim,
    open_file,
    reveal,
)
from app.cases.drafts import (
    discard_draft,
    open_draft,
    put_material,
    remove_material,
    save_draft,
)
from app.cases.filing import Receipt, receipt, submit
from app.cases.rules import Defect, LocalRules, Subject
from app.cases.steps import take_step

__all__ = [
    "Defect",
    "LocalRules",
    "Receipt",
    "RevealPurpose",
    "Revealed",
    "Subject",
    "assign",
    "claim",
    "discard_draft",
    "open_draft",
    "open_file",
    "put_material",
    "receipt",
    "remove_material",
    "reveal",
    "save_draft",
    "submit",
    "take_step",
]
