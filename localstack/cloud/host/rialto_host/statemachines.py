"""Step Functions without needless work in every execution."""

import functools
import logging

from antlr4 import CommonTokenStream, InputStream
from localstack.runtime.hooks import on_infra_start

DEFINITIONS = 64
PATHS = 4096


@on_infra_start(name="rialto_statemachines")
def install():
    _parse_once()
    _announce_standard_only()
    # It writes the whole state for every error a state raises, caught or not.
    name = "localstack.services.stepfunctions.asl.component.eval_component"
    logging.getLogger(name).setLevel(logging.CRITICAL)


def _parse_once():
    """LocalStack builds a JSONPath parser for every path it reads, and parses the definition for every
    execution: most of what one costs."""
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.parse import asl_parser
    from localstack.services.stepfunctions.asl.utils import json_path

    # A parsed path holds no state of a search.
    json_path.parse = functools.lru_cache(PATHS)(json_path.parse)
    result_path.parse = functools.lru_cache(PATHS)(result_path.parse)

    @functools.lru_cache(DEFINITIONS)
    def syntax_tree(definition: str):
        errors = asl_parser.SyntaxErrorListener()
        parser = asl_parser.ASLParser(CommonTokenStream(asl_parser.ASLLexer(InputStream(definition))))
        parser.removeErrorListeners()
        parser.addErrorListener(errors)
        tree = parser.state_machine()
        if errors.errors:
            raise asl_parser.ASLParserException(errors=errors.errors)
        return tree

    def parse(definition: str):
        # The tree is only read. The program made of it counts retries, and so is made for each execution.
        tree = syntax_tree(definition)
        return asl_parser.Preprocessor().visit(tree), tree

    asl_parser.AmazonStateLanguageParser.parse = staticmethod(parse)


def _announce_standard_only():
    """Express executions emit no events on AWS; here each would send two over HTTP."""
    from localstack.aws.api.stepfunctions import StateMachineType
    from localstack.services.stepfunctions.backend.execution import Execution

    announce = Execution.publish_execution_status_change_event

    def publish(self):
        if self.sm_type != StateMachineType.EXPRESS:
            announce(self)

    Execution.publish_execution_status_change_event = publish
