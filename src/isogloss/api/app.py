"""The ASGI application: GraphQL at /graphql, its page, and whether all is well."""

import json
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import orjson
import strawberry
from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import AddValidationRules, MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from isogloss.api.access import TokenGuard, author_of
from isogloss.api.graphql.context import Context, Watchers
from isogloss.api.graphql.executor import PlainExecutor
from isogloss.api.graphql.moments import MOMENT, Moment
from isogloss.api.graphql.mutations import Mutation
from isogloss.api.graphql.schema import Query
from isogloss.api.graphql.subscription import Subscription
from isogloss.api.limits import MAX_TOKENS, BodyGuard, SizeGuard
from isogloss.api.openlineage import lineage_routes
from isogloss.api.problems import Problems
from isogloss.api.sockets import (
    INIT_SECONDS,
    MAX_SUBSCRIPTIONS,
    OneDoorEach,
    SocketGuard,
    connection_of,
)
from isogloss.api.watcher import Watcher
from isogloss.bootstrap import Services

_STATIC = Path(str(files("isogloss.api"))) / "static"

# Monaco, GraphiQL's editor, styles itself inline and runs its languages in blob workers.
_PAGE_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

# What the json module would refuse, or would write as something else, is left to it.
_LIKE_JSON = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


class _Schema(strawberry.Schema):
    def process_errors(self, *_: object, **__: object) -> None:
        """Log nothing: Problems logs what is our fault, and the rest is the caller's."""


def build_schema() -> strawberry.Schema:
    """Build the schema; `schema.graphql` is its printed form."""
    return _Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        execution_context_class=PlainExecutor,
        config=StrawberryConfig(scalar_map={Moment: MOMENT}),
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
            lambda: AddValidationRules([SizeGuard]),
            OneDoorEach,
            Problems,
        ],
    )


class _GraphQL(GraphQL[Context, None]):
    def __init__(self, services: Services) -> None:
        super().__init__(
            build_schema(),
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        )
        self._services = services
        self._watchers = Watchers(
            verdicts=Watcher(services.watching, "validationReport"),
            mappings=Watcher(services.mapping_watch, "mappings"),
            meanings=Watcher(services.meaning_watch, "boundaryReport"),
        )

    async def get_context(self, request: Request | WebSocket, response: object) -> Context:
        return Context(self._services, author_of(request), self._watchers, connection_of(request))

    def encode_json(self, data: object) -> str:
        """Write text: bytes would go to subscribers in binary frames."""
        return to_json(data)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        connection = context.connection
        if connection is None or not await connection.admit(context.connection_params or {}):
            raise ConnectionRejectionError
        context.author = connection.author
        no_payload: UnsetType = UNSET
        return no_payload


def to_json(data: object) -> str:
    """Write JSON; what orjson has no words for, as integers beyond 64 bits, json writes."""
    try:
        return orjson.dumps(data, option=_LIKE_JSON).decode()
    except TypeError:
        return json.dumps(data, separators=(",", ":"))


class _Endpoint:
    """Show the page to those who look (GET) and answer those who ask (POST)."""

    def __init__(self, answer: GraphQL[Context, None], services: Services, *, public: bool) -> None:
        self._answer = TokenGuard(BodyGuard(answer), services.tokens, public=public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._answer if scope["method"] == "POST" else _page()
        await app(scope, receive, send)


def build_app(
    services: Services,
    *,
    hosts: Sequence[str] = ("localhost", "127.0.0.1"),
    public: bool = False,
) -> Starlette:
    """Build the application over running services.

    With `public`, questions are answered without a token; changes always take one.
    `hosts` are the names by which browsers may call it: a page elsewhere on the web cannot
    reach a mesh on this machine by a name of its own (DNS rebinding). "*" allows any.
    """

    async def health(request: Request) -> Response:
        mesh = services.mesh
        # Asking is looking: a disk that has room again is noticed here too.
        trouble = await to_thread.run_sync(mesh.resume)
        status = {"status": "read-only" if trouble else "ok", "reason": trouble}
        known = {"sequence": mesh.journal.head.sequence, "graphSequence": mesh.graph.sequence}
        return JSONResponse(status | known)

    async def home(request: Request) -> Response:
        return RedirectResponse("/graphql")

    answer = _GraphQL(services)
    return Starlette(
        routes=[
            Route("/", home),
            Route("/health", health),
            Route(
                "/graphql",
                _Endpoint(answer, services, public=public),
                methods=["GET", "HEAD", "POST"],
            ),
            *lineage_routes(services),
            WebSocketRoute("/graphql", SocketGuard(answer, services.tokens, public=public)),
            Mount("/static/graphiql", StaticFiles(directory=_STATIC, check_dir=False)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
    )


def _page() -> Response:
    page = _STATIC / "index.html"
    if not page.is_file():
        return PlainTextResponse(
            "GraphQL is answered here by POST. The GraphiQL page is not built: run "
            "`pip install .` without ISOGLOSS_SKIP_FRONTEND.\n",
        )
    return FileResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})
