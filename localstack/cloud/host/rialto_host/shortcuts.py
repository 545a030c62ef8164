"""Lets LocalStack's services invoke functions by a call instead of an HTTP request to themselves.

A request through the gateway costs several milliseconds of the one interpreter lock, and a checkout
makes a dozen. The long way remains for what the short one does not know: other accounts, odd parameters, and
every error, so that errors keep their names.
"""

import functools
import io

from localstack.aws.api import ServiceException
from localstack.runtime.hooks import on_infra_start
from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.strings import long_uid
from localstack.utils.xray.trace_header import TraceHeader


class LongWay(Exception):
    """The invocation cannot be made by a call; nothing was invoked."""


class Answer:
    def __init__(self, payload: bytes, is_error: bool, version: str):
        self.payload = payload
        self.is_error = is_error
        self.version = version

    def response(self) -> dict:
        """What boto would have returned."""
        response = {
            "StatusCode": 200,
            "ExecutedVersion": self.version or "$LATEST",
            "Payload": io.BytesIO(self.payload),
            "ResponseMetadata": {"RequestId": long_uid(), "HTTPStatusCode": 200, "HTTPHeaders": {}},
        }
        if self.is_error:
            response["FunctionError"] = "Unhandled"
        return response


@functools.cache
def _lambda_service():
    return SERVICE_PLUGINS.get_service("lambda")._provider.lambda_service


def invoke(function: str, payload: bytes, trace: str | None = None, qualifier: str | None = None) -> Answer:
    """Invokes a function by its ARN and waits for the answer."""
    if not function.startswith("arn:"):
        raise LongWay
    name, of_arn, account, region = function_locators_from_arn(function)
    if not name or not account or not region:
        raise LongWay
    context = {"aws_trace_header": TraceHeader.from_header_str(trace)} if trace else {}
    try:
        result = _lambda_service().invoke(
            function_name=name,
            qualifier=qualifier or of_arn,
            region=region,
            account_id=account,
            invocation_type=None,
            client_context=None,
            request_id=long_uid(),
            payload=payload,
            trace_context=context,
        )
    except ServiceException as refused:  # before anything ran
        raise LongWay from refused
    return Answer(result.payload or b"", result.is_error, result.executed_version)


@on_infra_start(name="rialto_shortcuts")
def install():
    _shorten_step_functions()
    _shorten_event_sources()
    _shorten_rest_apis()
    _silence_metrics()


def _shorten_step_functions():
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import lambda_eval_utils

    long_way = lambda_eval_utils._invoke_lambda_function
    known = {"FunctionName", "Payload", "InvocationType", "Qualifier"}

    def invoke_function(parameters, region, state_credentials):
        if set(parameters) - known or parameters.get("InvocationType", "RequestResponse") != "RequestResponse":
            return long_way(parameters, region, state_credentials)
        payload = parameters.get("Payload", b"{}")
        if isinstance(payload, str):
            payload = payload.encode()
        try:
            answer = invoke(parameters["FunctionName"], payload, qualifier=parameters.get("Qualifier"))
        except LongWay:
            return long_way(parameters, region, state_credentials)
        response = answer.response()
        response["Payload"] = lambda_eval_utils._from_payload(response["Payload"])
        return response

    lambda_eval_utils._invoke_lambda_function = invoke_function


def _shorten_event_sources():
    from localstack.services.lambda_.event_source_mapping.senders import lambda_sender

    class Client:
        """Stands before the sender's boto client."""

        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            return getattr(self._client, name)

        def invoke(self, **request):
            if request.get("InvocationType", "RequestResponse") == "RequestResponse":
                try:
                    payload = request["Payload"]
                    payload = payload.encode() if isinstance(payload, str) else payload
                    return invoke(request["FunctionName"], payload, qualifier=request.get("Qualifier")).response()
                except LongWay:
                    pass
            return self._client.invoke(**request)

    made = lambda_sender.LambdaSender.__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        self.target_client = Client(self.target_client)

    lambda_sender.LambdaSender.__init__ = make


def _shorten_rest_apis():
    from localstack.services.apigateway.next_gen.execute_api.integrations import aws

    long_way = aws.RestApiAwsProxyIntegration.call_lambda

    def call_lambda(function_arn, event, source_arn, credentials=None):
        if not credentials:
            try:
                return invoke(function_arn, event).payload
            except LongWay:
                pass
        return long_way(function_arn=function_arn, event=event, source_arn=source_arn, credentials=credentials)

    aws.RestApiAwsProxyIntegration.call_lambda = staticmethod(call_lambda)


def _silence_metrics():
    """Every invocation starts a thread that sends a metric to CloudWatch over HTTP; nobody reads it."""
    from localstack.services.lambda_.invocation import version_manager

    start_thread = version_manager.start_thread

    def start(method, *args, name="", **kwargs):
        if name.startswith("record-cloudwatch-metric"):
            return None
        return start_thread(method, *args, name=name, **kwargs)

    version_manager.start_thread = start
