"""Answers of REST APIs that API Gateway makes itself: gateway responses, size limits, odd requests."""

import json
import logging
import re

from localstack.http import Response
from localstack.runtime.hooks import on_infra_start
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    BadRequestBodyError,
    BaseGatewayException,
    InternalServerError,
    RequestTooLargeError,
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from rolo.request import restore_payload
from werkzeug.datastructures import Headers

LOG = logging.getLogger(__name__)

MOST_BODY = 10 * 1024 * 1024  # bytes; API Gateway's limit

JSON = "application/json"


@on_infra_start(name="rialto_gateway")
def install():
    parse.restore_payload = payload
    handlers.modify_request.append(refuse_large_bodies)
    handlers.modify_request.append(take_bodies_as_text)
    type(handlers.gateway_exception_handler).__call__ = answer


def refuse_large_bodies(_chain, context, _response) -> None:
    if len(context.invocation_request.get("body") or b"") > MOST_BODY:
        raise RequestTooLargeError("Request Too Long")


def payload(request) -> bytes:
    """The body as it came; a form that names no boundary has no parts to restore."""
    try:
        return restore_payload(request)
    except IndexError:
        return b""


def take_bodies_as_text(_chain, context, _response) -> None:
    """Without binary media types API Gateway takes every body as UTF-8, and replaces what is none."""
    body = context.invocation_request.get("body")
    if isinstance(body, bytes):
        context.invocation_request["body"] = body.decode("utf-8", "replace").encode()


def answer(self, _chain, exception, context, response) -> None:
    """Turns an error into the gateway response that the API defines for it."""
    if isinstance(exception, UnicodeDecodeError):  # text that looks like JSON in UTF-16, and is none
        exception = BadRequestBodyError("Invalid request body")
    if not isinstance(exception, BaseGatewayException):
        LOG.error("API Gateway failed: %r", exception, exc_info=exception)
        exception = InternalServerError("Internal server error")
    if context.context_variables is None:  # it failed before there were any
        context.context_variables = {}
    message = exception.message
    context.context_variables["error"] = {
        "message": message,
        "messageString": json.dumps(message),
        "responseType": str(getattr(exception.type, "value", exception.type)),
        "validationErrorString": "",
    }
    defined = get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
    content_type, template = _template(defined.get("responseTemplates") or {}, context)
    if template is None:
        name = "Message" if isinstance(exception, AccessDeniedError) else "message"
        body = json.dumps({name: message})
    else:
        body = _render(template, context)
    headers = Headers({"Content-Type": content_type, "x-amzn-ErrorType": exception.code})
    for target, source in (defined.get("responseParameters") or {}).items():
        name = target.removeprefix("gatewayresponse.header.")
        if name != target and (value := _parameter(source, context)) is not None:
            headers.set(name, value)
    status = int(defined.get("statusCode") or exception.status_code or 500)
    response.update_from(Response(response=body, headers=headers, status=status))


def _template(templates: dict[str, str], context) -> tuple[str, str | None]:
    """The template for what the client accepts, else JSON's, else the first."""
    request = context.invocation_request or {}
    headers = request.get("headers") or {}
    accepted = (headers.get("Accept") or "").split(",")[0].split(";")[0].strip()
    for content_type in (accepted, JSON, *templates):
        if content_type in templates:
            template = templates[content_type]
            # LocalStack's default; its exact form depends on the error
            return content_type, None if template == '{"message":$context.error.messageString}' else template
    return JSON, None


_variable = re.compile(r"\$(?:\{)?(context|stageVariables)\.([A-Za-z0-9_.-]*[A-Za-z0-9_-])\}?")


def _render(template: str, context) -> str:
    """Gateway responses know variables but no template language."""
    return _variable.sub(lambda found: _text(_variable_value(found[1], found[2], context)), template)


def _variable_value(where: str, name: str, context):
    value = context.context_variables if where == "context" else context.stage_variables or {}
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _parameter(source: str, context) -> str | None:
    """The value of a response parameter: a quoted text, or a part of the request or the context."""
    if len(source) > 1 and source[0] == source[-1] == "'":
        return source[1:-1]
    request = context.invocation_request or {}
    match source.split(".", 3):
        case ["context" | "stageVariables" as where, *_]:
            value = _variable_value(where, source.split(".", 1)[1], context)
        case ["method", "request", "header", name]:
            value = (request.get("headers") or {}).get(name)
        case ["method", "request", "querystring", name]:
            value = (request.get("query_string_parameters") or {}).get(name)
        case ["method", "request", "path", name]:
            value = (request.get("path_parameters") or {}).get(name)
        case _:
            value = None
    return None if value is None else _text(value)


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)
