"""Two faults of LocalStack's CloudFormation engine that make an update destroy what it should keep."""

import logging

from localstack.aws.api.cloudformation import StackStatus
from localstack.runtime.hooks import on_infra_start
from localstack.services.cloudformation.engine.v2.change_set_model import is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

LOG = logging.getLogger(__name__)


@on_infra_start(name="rialto_cloudformation")
def install():
    _replace_only_what_changed()
    _delete_nothing_after_a_failure()


def _replace_only_what_changed():
    """A reference to a changed resource counts as a change itself, so that whatever names a changed API or
    table in a create-only property would be made again, and fail since it exists. Once the references are
    resolved, one can look."""
    execute = ChangeSetModelExecutor._execute_resource_change

    def execute_resource_change(self, name, before, after):
        if not is_nothing(before) and not is_nothing(after) and before.resource_type == after.resource_type:
            if after.requires_replacement:
                after.requires_replacement = _replaces(after.resource_type, before.properties, after.properties)
        return execute(self, name=name, before=before, after=after)

    ChangeSetModelExecutor._execute_resource_change = execute_resource_change


def _replaces(resource_type: str, before, after) -> bool:
    provider = ResourceProviderExecutor.try_load_resource_provider(resource_type)
    if not provider:
        return False
    before, after = before.properties or {}, after.properties or {}
    for path in provider.SCHEMA.get("createOnlyProperties", []):
        name = path.removeprefix("/properties/").split("/")[0]
        if before.get(name) != after.get(name):
            return True
    return False


def _delete_nothing_after_a_failure():
    """What an update was to delete at its end is deleted even when it failed in the middle, and what it had
    not come to is forgotten. Here both stay, so that the stack can be deleted and deployed again."""
    execute = ChangeSetModelExecutor.execute

    def run(self):
        stack = self._change_set.stack
        known = dict(stack.resolved_resources)
        process = self.process

        def process_or_keep():
            try:
                process()
            except Exception:
                self._deferred_actions.clear()
                raise

        self.process = process_or_keep
        result = execute(self)
        if result.failure_message:
            for name, resource in known.items():
                result.resources.setdefault(name, resource)
            stack.set_stack_status(StackStatus.ROLLBACK_COMPLETE, reason=result.failure_message)
        return result

    ChangeSetModelExecutor.execute = run
