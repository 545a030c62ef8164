"""LocalStack plug-ins that let it run on the host, without containers, and behave more as AWS does.

They are found through rialto_host-1.dist-info/entry_points.txt, since this folder is on LocalStack's
PYTHONPATH; nothing is installed or built. LocalStack is pinned (localstack/cloud/packages/python), so the places
that are patched here do not move unseen.

  runtime_api    the Lambda Runtime API, one thread for all execution environments
  runtime_http   its HTTP
  executor       Lambda functions as processes of the host
  environments   how many of them, and which one takes an invocation
  shortcuts      calls between LocalStack's services without HTTP in between
  logs           function logs to CloudWatch without HTTP in between
  statemachines  Step Functions without needless work in every execution
  queues         event sources without polling delays
  authorizer     REQUEST authorizers of REST APIs
  gateway        gateway responses, size limits and odd requests of REST APIs
  openapi        what LocalStack leaves out when it imports an OpenAPI document
  resources      resources that LocalStack does not change as asked
  cloudformation faults of the engine that make an update destroy what it should keep
  dynamodb       the DynamoDB Local that runs beside LocalStack
  server         listening on loopback only, with threads at hand
  storage        S3 below the local cloud's folder
"""
