"""Writes function logs to CloudWatch Logs' store by a call instead of an HTTP request an invocation."""

import logging
import time

from localstack.runtime.hooks import on_infra_start
from localstack.services.lambda_.invocation import logs
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.aws.arns import parse_arn
from moto.logs.models import logs_backends

LOG = logging.getLogger(__name__)


@on_infra_start(name="rialto_logs")
def install():
    def run_log_loop(self, *_args, **_kwargs):
        SERVICE_PLUGINS.require("logs")
        backend = logs_backends[parse_arn(self.role_arn)["account"]][self.region]
        while not self._shutdown_event.is_set():
            item = self.log_queue.get()
            if item is logs.QUEUE_SHUTDOWN:
                return
            try:
                _store(backend, item)
            except Exception as failure:
                LOG.warning("logs of %s were not stored: %s", item.log_group, failure)

    logs.LogHandler.run_log_loop = run_log_loop


def _store(backend, item: logs.LogItem) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line + "\n"} for line in item.logs.split("\n") if line]
    if item.log_group not in backend.groups:
        backend.create_log_group(item.log_group, {})
    if item.log_stream not in backend.groups[item.log_group].streams:
        backend.create_log_stream(item.log_group, item.log_stream)
    backend.put_log_events(item.log_group, item.log_stream, events)
