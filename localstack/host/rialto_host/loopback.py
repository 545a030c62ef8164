"""LocalStack listens on every interface, whatever GATEWAY_LISTEN says; here it keeps to the one asked for."""

from localstack.runtime.hooks import on_infra_start
from localstack.runtime.server import twisted as server


@on_infra_start(name="rialto_loopback", priority=100)
def install():
    listen = server.endpoints.TCP4ServerEndpoint
    addresses = {address.port: address.host for address in server.config.GATEWAY_LISTEN}

    def endpoint(reactor, port, **options):
        options.setdefault("interface", addresses.get(port, "127.0.0.1"))
        options.setdefault("backlog", 1024)
        return listen(reactor, port, **options)

    server.endpoints.TCP4ServerEndpoint = endpoint
