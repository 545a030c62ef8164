"""What LocalStack leaves out when it imports an OpenAPI document: its gateway responses, and the check that
every security requirement is one that will be enforced."""

import json
from io import BytesIO

from localstack.aws.api.apigateway import BadRequestException
from localstack.runtime.hooks import on_infra_start
from localstack.services.apigateway.helpers import (
    EMPTY_MODEL,
    ERROR_MODEL,
    OpenAPIExt,
    get_apigateway_store,
    parse_json_or_yaml,
)
from localstack.services.apigateway.legacy import provider
from localstack.services.apigateway.next_gen.execute_api.gateway_response import build_gateway_response
from localstack.utils.strings import to_str

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"}


@on_infra_start(name="rialto_openapi")
def install():
    plain = provider.import_api_from_openapi_spec

    def import_api(rest_api, context, request):
        text = request["body"].read()
        document = parse_json_or_yaml(to_str(text))
        refuse_unenforced(document)
        container = get_apigateway_store(context=context).rest_apis[rest_api.id]
        # The document replaces the API: what an earlier one brought must not linger.
        for leftover in (
            container.authorizers,
            container.validators,
            container.resolved_models,
            container.gateway_responses,
            container.resource_children,
        ):
            leftover.clear()
        for name in set(container.models) - {EMPTY_MODEL, ERROR_MODEL}:
            del container.models[name]
        result = plain(rest_api, context=context, request={**request, "body": BytesIO(text)})
        container.gateway_responses.update(gateway_responses(document))
        return result

    provider.import_api_from_openapi_spec = import_api


def gateway_responses(document: dict) -> dict:
    return {
        kind: build_gateway_response(
            kind,
            status_code=str(defined["statusCode"]) if "statusCode" in defined else None,
            response_parameters=defined.get("responseParameters"),
            response_templates=defined.get("responseTemplates"),
            default_response=False,
        )
        for kind, defined in (document.get(OpenAPIExt.GATEWAY_RESPONSES) or {}).items()
    }


def refuse_unenforced(document: dict) -> None:
    """LocalStack serves a method without authorizer when its security requirement names a scheme that it
    does not know. Better not to deploy it."""
    schemes = document.get("securityDefinitions") or (document.get("components") or {}).get("securitySchemes") or {}
    unchecked = []
    for path, item in (document.get("paths") or {}).items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            for requirement in operation.get("security", document.get("security")) or []:
                unchecked += [f"{method} {path}: {name}" for name in requirement if not _enforced(schemes.get(name))]
    if unchecked:
        raise BadRequestException(f"security schemes without an authorizer: {json.dumps(unchecked)}")


def _enforced(scheme: dict | None) -> bool:
    if not scheme:
        return False
    return (
        OpenAPIExt.AUTHORIZER in scheme
        or scheme.get("type") == "apiKey"
        and scheme.get("name", "").lower() == "x-api-key"
    )
