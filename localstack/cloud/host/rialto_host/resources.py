"""CloudFormation resources that LocalStack does not change as asked."""

import json

from localstack.runtime.hooks import on_infra_start
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent


@on_infra_start(name="rialto_resources")
def install():
    from localstack.services.apigateway.resource_providers.aws_apigateway_deployment import (
        ApiGatewayDeploymentProvider,
    )
    from localstack.services.apigateway.resource_providers.aws_apigateway_restapi import ApiGatewayRestApiProvider
    from localstack.services.apigateway.resource_providers.aws_apigateway_stage import ApiGatewayStageProvider
    from localstack.services.dynamodb.resource_providers.aws_dynamodb_table import DynamoDBTableProvider

    # These updates it answers with success, and does nothing.
    ApiGatewayRestApiProvider.update = update_rest_api
    ApiGatewayStageProvider.update = update_stage
    DynamoDBTableProvider.update = update_table
    ApiGatewayDeploymentProvider.delete = delete_deployment


def _success(request, model) -> ProgressEvent:
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model, custom_context=request.custom_context)


def update_rest_api(_self, request) -> ProgressEvent:
    """Imports the new document into the API."""
    model = request.previous_state | request.desired_state
    api = request.aws_client_factory.apigateway
    if body := model.get("Body"):
        api.put_rest_api(
            restApiId=model["RestApiId"],
            mode="overwrite",
            body=json.dumps(body) if isinstance(body, dict) else body,
            parameters={"basepath": "ignore", **(model.get("Parameters") or {})},
        )
        for resource in api.get_resources(restApiId=model["RestApiId"], limit=500)["items"]:
            if resource["path"] == "/":
                model["RootResourceId"] = resource["id"]
    return _success(request, model)


def update_stage(_self, request) -> ProgressEvent:
    """Points the stage to its new deployment and sets its variables."""
    model = request.previous_state | request.desired_state
    changes = [{"op": "replace", "path": "/deploymentId", "value": model["DeploymentId"]}]
    changes += [
        {"op": "replace", "path": f"/variables/{name}", "value": value}
        for name, value in (model.get("Variables") or {}).items()
    ]
    request.aws_client_factory.apigateway.update_stage(
        restApiId=model["RestApiId"], stageName=model["StageName"], patchOperations=changes
    )
    return _success(request, model)


# A change of these is not carried out, and reporting success would hide it.
TABLE_SHAPE = (
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
)


def update_table(_self, request) -> ProgressEvent:
    before, after = request.previous_state or {}, request.desired_state
    changed = [name for name in TABLE_SHAPE if before.get(name) != after.get(name)]
    if changed:
        message = (
            f"the local cloud cannot change {', '.join(changed)} of a table that exists; "
            "start it anew (make down up) and deploy again"
        )
        return ProgressEvent(status=OperationStatus.FAILED, resource_model=before, message=message)
    return _success(request, before | after)


def delete_deployment(_self, request) -> ProgressEvent:
    """Deletes a deployment; LocalStack deletes every stage of the API with it."""
    model = request.desired_state
    api = request.aws_client_factory.apigateway
    try:
        for stage in api.get_stages(restApiId=model["RestApiId"])["item"]:
            if stage["deploymentId"] == model["DeploymentId"]:
                api.delete_stage(restApiId=model["RestApiId"], stageName=stage["stageName"])
        api.delete_deployment(restApiId=model["RestApiId"], deploymentId=model["DeploymentId"])
    except api.exceptions.NotFoundException:
        pass
    return _success(request, model)
