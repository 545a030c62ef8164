"""Event sources without polling delays: queues are waited on, streams are read directly and often."""

import os
import re
import threading

import boto3
from botocore.config import Config
from localstack.runtime.hooks import on_infra_start
from localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller import DynamoDBPoller
from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import KinesisPoller
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.services.sqs.provider import QueueUpdateWorker

# How long a receive waits for a first message; a deleted mapping ends no later.
LONG_POLL = 5  # seconds
# How often delayed and invisible messages are looked at.
REQUEUE = 0.2  # seconds
# How often a stream is read: DynamoDB's own pollers do so four times a second.
STREAM = 0.25  # seconds


@on_infra_start(name="rialto_queues")
def install():
    _wait_on_queues()
    _requeue_often()
    _read_streams()


def _wait_on_queues():
    """LocalStack asks an empty queue again and again; a long poll answers at once and costs nothing."""
    made = SqsPoller.__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        if self.maximum_batching_window:
            return
        receive = self.source_client.receive_message

        def receive_message(**request):
            request.pop("sqs_override_wait_time_seconds", None)
            return receive(**(request | {"WaitTimeSeconds": LONG_POLL}))

        self.source_client.receive_message = receive_message

    SqsPoller.__init__ = make


def _requeue_often():
    def start(self):
        with self.mutex:
            if self.thread:
                return
            self.thread = _Worker(self.do_update_all_queues)

    def stop(self):
        with self.mutex:
            if self.thread:
                self.thread.stop()
            self.thread = None

    QueueUpdateWorker.start = start
    QueueUpdateWorker.stop = stop


class _Worker:
    def __init__(self, work):
        self._stopped = threading.Event()
        threading.Thread(target=self._run, args=(work,), name="sqs-requeue", daemon=True).start()

    def _run(self, work):
        while not self._stopped.wait(REQUEUE):
            work()

    def stop(self):
        self._stopped.set()


def _read_streams():
    """Reads DynamoDB Local itself rather than through LocalStack, which adds nothing to a stream's records."""
    url = os.environ["RIALTO_DYNAMODB_URL"]
    direct = boto3.client(
        "dynamodbstreams",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(max_pool_connections=64, parameter_validation=False),
    )

    long_way = DynamoDBPoller.get_records

    def get_records(self, shard_iterator):
        # DynamoDB Local knows one region, by a name of its own.
        iterator = re.sub(r"arn:aws:dynamodb:[a-z0-9-]+:", "arn:aws:dynamodb:ddblocal:", shard_iterator)
        try:
            return direct.get_records(ShardIterator=iterator, Limit=1000)
        except direct.exceptions.ClientError:  # expired, trimmed: LocalStack knows what to do
            return long_way(self, shard_iterator)

    def paced(plain):
        def poll_events(self):
            plain(self)
            self._is_shutdown.wait(STREAM)

        return poll_events

    DynamoDBPoller.get_records = get_records
    DynamoDBPoller.poll_events = paced(DynamoDBPoller.poll_events)
    KinesisPoller.poll_events = paced(KinesisPoller.poll_events)
