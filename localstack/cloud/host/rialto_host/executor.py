"""Runs Lambda functions (provided.al2023 and its like) as processes of the host."""

import functools
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult, S3Code
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor
from localstack.utils.archives import unzip

from rialto_host.runtime_api import LOOPBACK, Host, StartFailed

LOGS = os.environ.get("RIALTO_FUNCTION_LOGS", "/tmp")
DYNAMODB_URL = os.environ.get("RIALTO_DYNAMODB_URL", "")


@functools.cache
def host() -> Host:
    return Host()


class ProcessExecutor(RuntimeExecutor):
    """One execution environment of one function version."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._sandbox = None

    def start(self, env_vars: dict[str, str]) -> None:
        name = self.function_version.id.function_name
        code = code_folder(self.function_version.config.code)
        env = {key: str(value) for key, value in env_vars.items()}
        env.pop("_AWS_XRAY_DAEMON_ADDRESS", None)
        env.pop("_AWS_XRAY_DAEMON_PORT", None)
        env["LAMBDA_TASK_ROOT"] = str(code)
        env.setdefault("PATH", os.environ.get("PATH", ""))
        env.setdefault("HOME", tempfile.gettempdir())
        env.setdefault("TMPDIR", tempfile.gettempdir())
        if DYNAMODB_URL:
            env.setdefault("AWS_ENDPOINT_URL_DYNAMODB", DYNAMODB_URL)
        # the mark by which the local cloud finds its orphans
        if mark := os.environ.get("RIALTO_CLOUD"):
            env["RIALTO_CLOUD"] = mark
        self._sandbox = host().sandbox([str(code / "bootstrap")], str(code), env, os.path.join(LOGS, f"{name}.log"))
        try:
            self._sandbox.start(within=config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT)
        except StartFailed as failure:
            self._sandbox.note(f"INIT FAILED {json.dumps(failure.payload)}")
            raise StatusErrorException("init failed", payload=json.dumps(failure.payload).encode()) from failure

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        settings = self.function_version.config
        began = time.time()
        outcome = self._sandbox.invoke(
            request_id,
            {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((began + settings.timeout) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": payload["invoked-function-arn"],
                "Lambda-Runtime-Trace-Id": payload["trace-id"],
            },
            payload["payload"].encode(),
            within=settings.timeout,
        )
        took = (time.time() - began) * 1000
        report = (
            f"REPORT RequestId: {request_id}\tDuration: {took:.2f} ms\tBilled Duration: {int(took) + 1} ms"
            f"\tMemory Size: {settings.memory_size} MB\t"
        )
        if outcome.is_error:
            report += f"Error: {outcome.body[:1000].decode(errors='replace')}\t"
        self._sandbox.note(report)
        lines = [
            f"START RequestId: {request_id} Version: {self.function_version.id.qualifier}",
            *outcome.lines,
            f"END RequestId: {request_id}",
            report,
        ]
        return InvocationResult(request_id, outcome.body, is_error=outcome.is_error, logs="\n".join(lines) + "\n")

    def stop(self) -> None:
        if self._sandbox:
            self._sandbox.close()

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return f"http://{LOOPBACK}:{host().port}"

    def get_logs(self) -> str:
        return ""  # they are in the function's log file

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        code_folder(function_version.config.code)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        pass  # other versions may share the code's folder


_unpacking = threading.Lock()


def code_folder(code: S3Code) -> Path:
    """Where a function's archive is unpacked. Functions with the same archive share one folder, so that
    their processes share the pages of one binary."""
    name = "".join(c if c.isalnum() else "_" for c in code.code_sha256)
    folder = Path(tempfile.gettempdir()) / "functions" / name
    with _unpacking:
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            partial.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile() as archive:
                code._download_archive_to_file(archive)
                unzip(archive.name, str(partial))
            bootstrap = partial / "bootstrap"
            if bootstrap.exists():
                bootstrap.chmod(0o755)
            partial.rename(folder)
    return folder


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessExecutor
