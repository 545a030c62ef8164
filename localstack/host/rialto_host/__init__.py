"""LocalStack plug-ins that let it run on the host, without containers, and behave more as AWS does.

They are found through rialto_host-1.dist-info/entry_points.txt, since this folder is on LocalStack's
PYTHONPATH; nothing is installed or built. LocalStack is pinned (localstack/packages/python), so the places
that are patched here do not move unseen.

  runtime_api   the Lambda Runtime API, one thread for all execution environments
  executor      Lambda functions as processes of the host
  environments  how many of them, and which one takes an invocation
  shortcuts     calls between LocalStack's services without HTTP in between
  logs          function logs to CloudWatch without HTTP in between
  authorizer    REQUEST authorizers of REST APIs
  openapi       what LocalStack leaves out when it imports an OpenAPI document
  gateway       gateway responses, size limits and odd paths of REST APIs
  resources     CloudFormation updates that LocalStack ignores
  cloudformation two faults of the engine that make an update destroy
  server        listening on loopback only, with threads at hand
  statemachines Step Functions without parsing everything anew
  queues        event sources without polling delays
  dynamodb      the DynamoDB Local that runs beside LocalStack
"""
