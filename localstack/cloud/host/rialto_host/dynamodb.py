"""Uses the DynamoDB Local that the local cloud runs as a service of its own, on a fixed port."""

import os

from localstack.runtime.hooks import on_infra_start
from localstack.services.dynamodb.server import DynamodbServer


@on_infra_start(name="rialto_dynamodb", priority=100)
def install():
    url = os.environ["RIALTO_DYNAMODB_URL"]

    # LocalStack asks these of a process it would have started itself.
    DynamodbServer.start_dynamodb = lambda self: True
    DynamodbServer.stop_dynamodb = lambda self: None
    DynamodbServer.url = property(lambda self: url)
    DynamodbServer.is_running = lambda self: True
    DynamodbServer.is_up = lambda self: True
