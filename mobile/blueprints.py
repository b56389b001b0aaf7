"""The two groups of phone pages.

``open_pages`` ask for no identity and set no cookie, unless a form on them acts
in a person's name; ``own_pages`` show what belongs to one citizen, and their
guard (:func:`mobile.identity.require_citizen`) runs before each of them.
"""

from __future__ import annotations

from flask import Blueprint

open_pages = Blueprint("mobile", __name__, template_folder="templates")
own_pages = Blueprint("mine", __name__, template_folder="templates")
