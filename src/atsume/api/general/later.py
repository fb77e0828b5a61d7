"""General endpoints of Kombo that this version does not answer yet. They say so instead of looking misspelt."""

from atsume.api.endpoints import Call, Endpoint, Family

NOT_YET: tuple[tuple[str, str, Family], ...] = (
    ("DELETE", "/integrations/{integration_id}", Family.GENERAL),
    ("PUT", "/integrations/{integration_id}/enabled", Family.GENERAL),
    ("POST", "/integrations/{integration_id}/relink", Family.GENERAL),
    ("POST", "/integrations/{integration_id}/setup-link", Family.GENERAL),
)


class NotYet(Exception):
    """The endpoint exists in the contract but not in this version."""


def endpoints() -> list[Endpoint]:
    """Return them all."""
    return [
        Endpoint(
            method=method,
            path=path,
            name=method.title() + "".join(part.title() for part in path.replace("{", "").replace("}", "").split("/")),
            family=family,
            summary="Not available yet in this version",
            of_integration=False,
            fails_with=(501,),
            answer=_answer,
        )
        for method, path, family in NOT_YET
    ]


def _answer(_call: Call) -> bytes:
    raise NotYet
