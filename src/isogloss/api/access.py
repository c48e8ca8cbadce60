"""Who asks: told by a bearer token, before the body is looked at."""

from collections.abc import Sequence

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from isogloss.api.problems import refuse
from isogloss.errors import MeshError, Unauthenticated
from isogloss.model.rdf import Iri
from isogloss.store.tokens import Tokens

_AUTHOR = "isogloss.author"


class TokenGuard:
    """Pass on requests with a good token, and those without one if the public may read."""

    def __init__(self, app: ASGIApp, tokens: Tokens, *, public: bool) -> None:
        self._app = app
        self._tokens = tokens
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the token up, and note whose it is."""
        try:
            headers = Request(scope).headers.getlist("authorization")
            scope[_AUTHOR] = tell(headers, self._tokens, public=self._public)
        except Unauthenticated as error:
            answer = refuse(401, error.code, str(error))
            answer.headers["WWW-Authenticate"] = "Bearer"
            await answer(scope, receive, send)
            return
        except MeshError as error:
            await refuse(503, error.code, str(error))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def tell(said: Sequence[str], tokens: Tokens, *, public: bool) -> Iri | None:
    """Tell by what was said as `Authorization` who asks; None for the public.

    Raises:
        Unauthenticated: it is not exactly one good token, nor nothing where the public may read.
        StoreUnavailable: the tokens cannot be read.
    """
    if not said and public:
        return None
    # Of several, a proxy in front may have believed another one.
    value = said[0] if len(said) == 1 else ""
    scheme, _, secret = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated(
            "Send a token with every request, as in the header `Authorization: Bearer "
            "isogloss_…`; the operator issues them with `isogloss token issue`."
        )
    return tokens.principal(secret.strip())


def author_of(request: HTTPConnection) -> Iri | None:
    """Give who sends a request; None where the public may and he does not say."""
    author: Iri | None = request.scope.get(_AUTHOR)
    return author
