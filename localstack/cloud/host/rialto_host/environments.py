"""Decides which execution environment takes an invocation.

LocalStack starts a new environment whenever all are busy, without end, and scans them without a lock. Here
each function version has a pool: idle environments are used last-in first-out, new ones are started up to a
limit, and beyond it an invocation waits for its turn *before* its timeout begins to run. On a few cores more
processes would not be faster, only larger.
"""

import collections
import contextlib
import datetime
import os
import threading
import time

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.runtime.hooks import on_infra_start
from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment, RuntimeStatus

MOST = int(os.environ.get("RIALTO_FUNCTION_ENVIRONMENTS", "16"))
LONGEST_WAIT = 120.0  # seconds
KEEP_IDLE = 120.0  # seconds


class Pool:
    """The environments of one function version."""

    def __init__(self):
        self.free = threading.Condition()
        self.idle: list[ExecutionEnvironment] = []
        self.size = 0

    def take(self, start) -> ExecutionEnvironment:
        """Returns an idle environment, or one made by start()."""
        deadline = time.monotonic() + LONGEST_WAIT
        with self.free:
            while True:
                while self.idle:
                    environment = self.idle.pop()
                    if environment.status == RuntimeStatus.READY:
                        environment.status = RuntimeStatus.INVOKING
                        return environment
                    self.size -= 1  # stopped with its version
                if self.size < MOST:
                    self.size += 1
                    break
                if not self.free.wait(deadline - time.monotonic()):
                    raise TooManyRequestsException(
                        "Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded", Type="User"
                    )
        try:
            environment = start()
        except BaseException:
            self.lose()
            raise
        environment.status = RuntimeStatus.INVOKING
        return environment

    def give_back(self, environment: ExecutionEnvironment) -> None:
        environment.last_returned = datetime.datetime.now()
        with self.free:
            if environment.status == RuntimeStatus.INVOKING:
                environment.status = RuntimeStatus.READY
                self.idle.append(environment)
            else:
                self.size -= 1
            self.free.notify()

    def lose(self) -> None:
        with self.free:
            self.size -= 1
            self.free.notify()

    def take_stale(self) -> list[ExecutionEnvironment]:
        """Removes and returns the environments that were idle for long."""
        oldest = datetime.datetime.now() - datetime.timedelta(seconds=KEEP_IDLE)
        with self.free:
            stale = [e for e in self.idle if e.last_returned < oldest]
            self.idle = [e for e in self.idle if e.last_returned >= oldest]
            self.size -= len(stale)
        return [e for e in stale if e.status == RuntimeStatus.READY]


_pools: dict[str, Pool] = collections.defaultdict(Pool)
_pools_lock = threading.Lock()


def _pool(version: str) -> Pool:
    with _pools_lock:
        return _pools[version]


@on_infra_start(name="rialto_environments")
def install():
    fixed = AssignmentService.get_environment

    @contextlib.contextmanager
    def get_environment(self, version_manager_id, function_version, provisioning_type):
        if provisioning_type != "on-demand":
            with fixed(self, version_manager_id, function_version, provisioning_type) as environment:
                yield environment
            return
        pool = _pool(version_manager_id)

        def start():
            made = self.start_environment(version_manager_id, function_version)
            self.environments[version_manager_id][made.id] = made
            return made

        environment = pool.take(start)
        try:
            yield environment
        except BaseException:
            pool.lose()
            self.stop_environment(environment)
            raise
        pool.give_back(environment)

    def stop_environments_for_version(self, version_manager_id):
        for environment in list(self.environments.get(version_manager_id, {}).values()):
            self.stop_environment(environment)
        with _pools_lock:
            _pools.pop(version_manager_id, None)

    def reap():
        while True:
            time.sleep(30)
            with _pools_lock:
                pools = list(_pools.values())
            for pool in pools:
                for environment in pool.take_stale():
                    environment.stop()

    AssignmentService.get_environment = get_environment
    AssignmentService.stop_environments_for_version = stop_environments_for_version
    # Every environment would ask STS, over HTTP, for credentials that nothing checks.
    ExecutionEnvironment.get_credentials = lambda self: {
        "AccessKeyId": self.function_version.id.account,
        "SecretAccessKey": "local",
        "SessionToken": "local",
    }
    threading.Thread(target=reap, name="environment-reaper", daemon=True).start()
