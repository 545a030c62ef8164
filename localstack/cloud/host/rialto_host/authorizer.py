"""REQUEST and TOKEN Lambda authorizers of REST APIs, which LocalStack's community edition leaves out.

A method that asks for an authorizer is never served without one: what cannot be checked is refused.
"""

import json
import logging
import re
import threading
import time

from localstack.runtime.hooks import on_infra_start
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    UnauthorizedError,
)
from localstack.services.apigateway.next_gen.execute_api.header_utils import build_multi_value_headers

from rialto_host import shortcuts

LOG = logging.getLogger(__name__)

DEFAULT_TTL = 300  # seconds; AWS's default


@on_infra_start(name="rialto_authorizer")
def install():
    handlers.preprocess_request.append(authorize)


def authorize(_chain, context, _response) -> None:
    method = context.resource_method
    kind = method.get("authorizationType") or "NONE"
    if kind == "NONE":
        return
    authorizer = context.deployment.rest_api.authorizers.get(method.get("authorizerId"))
    if kind != "CUSTOM" or not authorizer or authorizer.get("type") not in ("REQUEST", "TOKEN"):
        LOG.error("%s asks for an authorizer that does not exist here: refused", context.resource["path"])
        raise AuthorizerConfigurationError()

    request = context.invocation_request
    arn = (
        f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}"
        f"/{context.stage}/{request['http_method']}{request['path']}"
    )
    identity = _identity(authorizer, context)
    ttl = authorizer.get("authorizerResultTtlInSeconds")
    ttl = DEFAULT_TTL if ttl is None else int(ttl)
    cached_as = (context.api_id, context.stage, context.deployment_id, authorizer["id"], identity)
    verdict = _cache.get(cached_as) if identity and ttl > 0 else None
    if verdict is None:
        verdict = _ask(authorizer, _event(authorizer, context, arn))
        if identity and ttl > 0:
            _cache.put(cached_as, verdict, ttl)

    _enforce(verdict["policyDocument"], arn)
    context.context_variables["authorizer"] = {
        **{name: _text(value) for name, value in (verdict.get("context") or {}).items()},
        "principalId": verdict["principalId"],
    }


def _identity(authorizer: dict, context) -> tuple[str, ...]:
    """The values of the identity sources. Any that is missing refuses the request before the function is
    asked, as on AWS."""
    request = context.invocation_request
    sources = [source.strip() for source in (authorizer.get("identitySource") or "").split(",") if source.strip()]
    values = []
    for source in sources:
        match source.removeprefix("method.request.").split(".", 1):
            case ["header", name]:
                value = request["headers"].get(name)
            case ["querystring", name]:
                value = (request.get("query_string_parameters") or {}).get(name)
            case _:
                value = _look_up(source, context)
        if not value:
            raise UnauthorizedError("Unauthorized")
        values.append(value)
    expression = authorizer.get("identityValidationExpression")
    if expression and authorizer["type"] == "TOKEN" and not re.fullmatch(expression, values[0]):
        raise UnauthorizedError("Unauthorized")
    return tuple(values)


def _look_up(source: str, context) -> str | None:
    where, _, name = source.partition(".")
    if where == "stageVariables":
        return (context.stage_variables or {}).get(name)
    value = context.context_variables if where == "context" else None
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _event(authorizer: dict, context, arn: str) -> dict:
    request = context.invocation_request
    if authorizer["type"] == "TOKEN":
        header = authorizer["identitySource"].removeprefix("method.request.header.")
        return {"type": "TOKEN", "methodArn": arn, "authorizationToken": request["headers"].get(header)}
    return {
        "type": "REQUEST",
        "methodArn": arn,
        "resource": context.resource["path"],
        "path": request["path"],
        "httpMethod": request["http_method"],
        "headers": dict(request["headers"]),
        "multiValueHeaders": build_multi_value_headers(request["headers"]),
        "queryStringParameters": request.get("query_string_parameters") or {},
        "multiValueQueryStringParameters": request.get("multi_value_query_string_parameters") or {},
        "pathParameters": request.get("path_parameters") or {},
        "stageVariables": context.stage_variables or {},
        "requestContext": dict(context.context_variables),
    }


def _ask(authorizer: dict, event: dict) -> dict:
    """Invokes the function and returns its answer, which has a principal, a policy and a flat context."""
    found = re.search(r"functions/(arn:[^/]+)/invocations", authorizer.get("authorizerUri") or "")
    if not found:
        LOG.error("authorizer %s names no function: refused", authorizer.get("name"))
        raise AuthorizerConfigurationError()
    try:
        answer = shortcuts.invoke(found.group(1), json.dumps(event, default=str).encode())
    except shortcuts.LongWay as refused:
        LOG.error("authorizer %s cannot be invoked: %s", authorizer.get("name"), refused.__cause__)
        raise AuthorizerConfigurationError() from refused
    try:
        verdict = json.loads(answer.payload or b"null")
    except ValueError:
        verdict = None
    if answer.is_error:
        if isinstance(verdict, dict) and verdict.get("errorMessage") == "Unauthorized":
            raise UnauthorizedError("Unauthorized")
        LOG.warning("authorizer %s failed: %.300s", authorizer.get("name"), answer.payload)
        raise AuthorizerFailureError("Internal server error")
    if (
        not isinstance(verdict, dict)
        or not isinstance(verdict.get("principalId"), str)
        or not isinstance(verdict.get("policyDocument"), dict)
        or not all(isinstance(value, str | int | float | bool) for value in (verdict.get("context") or {}).values())
    ):
        LOG.warning("authorizer %s gave no valid answer: %.300s", authorizer.get("name"), answer.payload)
        raise AuthorizerConfigurationError()
    return verdict


def _enforce(policy: dict, arn: str) -> None:
    allowed = False
    statements = policy.get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        if not any(_matches(action, "execute-api:Invoke") for action in _several(statement.get("Action"))):
            continue
        if not any(_matches(resource, arn) for resource in _several(statement.get("Resource"))):
            continue
        if statement.get("Effect") != "Allow":
            raise AccessDeniedError("User is not authorized to access this resource with an explicit deny")
        allowed = True
    if not allowed:
        raise AccessDeniedError("User is not authorized to access this resource")


def _several(value) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _matches(pattern: str, text: str) -> bool:
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, text, re.DOTALL | re.IGNORECASE) is not None


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Cache:
    """Verdicts by identity, each until its time."""

    MOST = 10_000

    def __init__(self):
        self._lock = threading.Lock()
        self._verdicts: dict[tuple, tuple[float, dict]] = {}

    def get(self, key: tuple) -> dict | None:
        with self._lock:
            until, verdict = self._verdicts.get(key, (0.0, None))
            return verdict if until > time.monotonic() else None

    def put(self, key: tuple, verdict: dict, ttl: int) -> None:
        with self._lock:
            if len(self._verdicts) >= self.MOST:
                self._verdicts.clear()
            self._verdicts[key] = (time.monotonic() + ttl, verdict)


_cache = _Cache()
