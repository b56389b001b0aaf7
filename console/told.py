"""What a page says of an act that failed: above the errors, and after them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.kernel.errors import AppError, Conflict, Invalid


def heading(failure: AppError, links: Collection[object]) -> str:
    """Return what happened; how many places there are, where each says its own."""
    if failure.zh == Invalid.zh and links:
        return f"没有办成，有 {len(links)} 处要改"
    return f"没有办成：{failure.zh}"


def after(failure: AppError, links: Collection[object]) -> str:
    """Return what is kept and what to do now: only a conflict shows something new."""
    if isinstance(failure, Conflict):
        return "下面是最新内容，您写的文字都还在。请看过以后再决定。"
    kept = "您写的文字都还在。"
    return f"{kept}改好以后再办一次。" if links else kept


def named(errors: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    """Return sentences that begin with the label of the field they are about."""
    return {
        field: f"“{labels[field]}”：{said}" if field in labels else said
        for field, said in errors.items()
    }
