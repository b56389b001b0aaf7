"""Rows of the database ↔ the plain values that the rest of the room works with."""

from __future__ import annotations

from app.catalogue.guide import content_hash
from app.catalogue.models import PackageMemberRow, PackageRow, PlaceRow, WindowRow
from app.catalogue.packages import Package, PackageMember, package_from
from app.catalogue.places import Place, Window


def place_of(row: PlaceRow) -> Place:
    """Return a stored place as a value."""
    return Place(
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent_code=row.parent_code,
        office_code=row.office_code,
        address=row.address,
        lat=row.lat,
        lng=row.lng,
        hours=row.hours,
        basis=row.basis,
        note=row.note,
    )


def window_of(row: WindowRow) -> Window:
    """Return a stored window as a value."""
    return Window(
        code=row.code,
        place_code=row.place_code,
        number=row.number,
        name=row.name,
        office_code=row.office_code,
        basis=row.basis,
    )


def package_of(row: PackageRow) -> Package:
    """Return a stored package as a value; its members must be loaded."""
    return package_from(
        code=row.code,
        name=row.name,
        audience=row.audience,
        origin=row.origin,
        content=row.content,
        members=tuple(
            PackageMember(
                name=each.name, matter_code=each.matter_code, origin=each.origin
            )
            for each in row.members
        ),
    )


def write_package(row: PackageRow, package: Package) -> None:
    """Fill a row from a value; members are replaced."""
    row.code = package.code
    row.name = package.name
    row.audience = package.audience
    row.origin = package.origin
    row.content = package.content()
    row.members = [
        PackageMemberRow(
            position=position,
            name=each.name,
            matter_code=each.matter_code,
            origin=each.origin,
        )
        for position, each in enumerate(package.members, start=1)
    ]
    row.content_hash = content_hash(
        {
            "content": row.content,
            "members": [
                [each.name, each.matter_code, each.origin.value]
                for each in package.members
            ],
        }
    )
